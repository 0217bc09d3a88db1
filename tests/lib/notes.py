"""notes - case notes in Finnish from a fixed seed, about 234 bytes each.

Sentences an outreach worker might write, and between them free clauses of
inflected words chosen as unevenly as in a language, so that the notes are no
easier to compress than real ones: zstd-3 makes about 67 bytes a note of 200
notes together, as of the corpus the goals were set on. Run it to see.
"""
import random

PEOPLE = ["Aino", "Eino", "Helmi", "Onni", "Sisko", "Veikko", "Marjatta", "Tapani", "Ritva", "Kalevi", "Anneli",
          "Jorma", "Päivi", "Seppo", "Tuulikki", "Hannu", "Leena", "Matti", "Säde", "Äijö"]
PLACES = ["kotona", "kirjastossa", "terveysasemalla", "seurakuntatalolla", "Kelan palvelupisteessä", "asuntolassa",
          "torilla", "kylätalolla", "puhelimessa", "päiväkeskuksessa", "asiointipisteessä", "portaikossa"]
THINGS = ["vuokrarästi", "sähkölasku", "lääkelasku", "velkajärjestely", "asumistuki", "toimeentulotuki", "takuueläke",
          "edunvalvonta", "polttopuut", "bussikortti", "pankkitunnukset", "puhelinliittymä", "kotihoito",
          "hammashoito", "silmälasit", "perintäkirje", "muuttoilmoitus", "työkyvyttömyyseläke"]
STATES = ["huojentunut", "väsynyt", "levollinen", "huolissaan", "pettynyt", "toiveikas", "hiljainen", "kiukkuinen"]
ACTS = ["täytettiin hakemus yhdessä", "soitettiin viranomaiselle", "luettiin päätös läpi", "koottiin liitteet",
        "sovittiin uusi aika", "tehtiin maksusuunnitelma", "käytiin menot läpi", "kirjattiin tuen tarpeet",
        "etsittiin puuttuvat kuitit", "tilattiin tulkki", "varattiin kuljetus", "pyydettiin lisäaikaa"]
SENTENCES = [
    "{p} tavattiin {l} kello {h}.{m}, ja hän oli {s}.",
    "Puheeksi tuli {t}, jota on maksamatta {e} euroa.",
    "Käynnin aikana {a}.",
    "{p} kertoi, että {t} painaa mieltä ja yöunet ovat jääneet {n} tuntiin.",
    "Sovittiin, että {p} toimittaa tositteet {d}.{o}. mennessä.",
    "Asiakkaan oma näkemys: {t} pitää saada kuntoon ennen talvea.",
    "Naapuri {p} auttaa kauppa-asioissa {n} kertaa viikossa.",
    "Kotona oli {g} astetta lämmintä, jääkaapissa ruokaa {n} päiväksi.",
    "Seuraava käynti {d}.{o}. {l}; silloin {a}.",
    "Asiaan {t} palataan, kun päätös ({e} €) on tullut.",
]

STEMS = ("asiakas perhe lapsi isä äiti sisko veli naapuri ystävä koti keittiö huone vuokra lasku raha tili eläke tuki "
         "päätös hakemus liite kuitti lääke resepti lääkäri hoitaja sairaala osasto kontrolli kipu uni ruoka kauppa "
         "bussi matka auto polkupyörä kylä kaupunki piha talo porras hissi ovi avain lukko puhelin viesti numero "
         "tunnus sopimus velka perintä ulosotto maksu erä suunnitelma tavoite aika käynti palaveri verkosto työ "
         "kurssi koulu päiväkoti opettaja kerho harrastus kirja lehti radio televisio kissa koira metsä järvi talvi "
         "kesä lumi pakkanen lämpö patteri sauna pyykki kone vaate kenkä takki peite sänky pöytä tuoli ikkuna verho "
         "huoli pelko ilo suru riita sopu apu neuvo lupa kieli tulkki passi oleskelu turva raja laki oikeus "
         "palvelu toimisto virkailija jono lomake vastaus kysymys asia muistutus kalenteri viikko kuukausi").split()
FREE = 0.8  # share of free clauses among the sentences
ENDS = ["", "n", "a", "ssa", "sta", "lla", "lle", "ksi", "kin", "nsa", "ineen", "ssaan", "staan", "t", "na", "kaan"]
VERBS = ("kertoi sanoi mietti toivoi pyysi sopi haki soitti odotti sai maksoi unohti löysi kysyi tarvitsi "
         "lupasi ehdotti päätti muisti aloitti lopetti jatkoi siirsi tarkisti palautti allekirjoitti selvitti").split()
SMALL = "ja mutta koska että kun jos sekä vaikka eikä sitten vielä nyt usein kuitenkin ehkä taas jo juuri lähes".split()


def uneven(chance, words):
    """The first words far oftener than the last (Zipf)."""
    return words[min(int(len(words) ** chance.random() - 0.999), len(words) - 1)]


def clause(chance):
    words = [uneven(chance, STEMS) + uneven(chance, ENDS) for _ in range(chance.randint(2, 5))]
    words.insert(1, uneven(chance, VERBS))
    if chance.random() < 0.6:
        words.insert(-1, uneven(chance, SMALL))
    return " ".join(words).capitalize() + "."


def make(count, seed=20261103):
    chance = random.Random(seed)
    out = []
    for _ in range(count):
        want, text = chance.randint(136, 280), ""
        while len(text.encode()) < want:
            if chance.random() < FREE:
                text += (" " if text else "") + clause(chance)
                continue
            text += (" " if text else "") + chance.choice(SENTENCES).format(
                p=chance.choice(PEOPLE), l=chance.choice(PLACES), t=chance.choice(THINGS), s=chance.choice(STATES),
                a=chance.choice(ACTS), h=chance.randint(8, 18), m=f"{chance.randrange(0, 60, 5):02}",
                e=f"{chance.randint(9, 980)},{chance.randrange(0, 100, 10):02}", n=chance.randint(2, 9),
                d=chance.randint(136, 280), o=chance.randint(1, 12), g=chance.randint(11, 22))
        out.append(text)
    return out


if __name__ == "__main__":
    import subprocess
    NOTES = make(200)
    RAW = "".join(NOTES).encode()
    PACKED = subprocess.run(["zstd", "-3", "-c"], input=RAW, capture_output=True, check=True).stdout
    print(f"{len(RAW) / 200:.1f} bytes a note, {len(PACKED) / 200:.1f} after zstd-3")
    print(*NOTES[:5], sep="\n")
