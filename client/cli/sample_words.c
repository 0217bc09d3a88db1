/* sample_words - invented names, and Finnish texts as a worker would write them. */
#include "sample_words.h"

#define LIST(name, ...)                                              \
	static const char *const name##_texts[] = { __VA_ARGS__ };   \
	const struct sample_list sample_##name = { name##_texts, sizeof name##_texts / sizeof name##_texts[0] }

LIST(family, "Koskelainen", "Hallaranta", "Takkunen", "Vuorenpohja", "Lintuselkä", "Ylikorpinen", "Peräkulmala",
     "Saarenrantala", "Kaarnikka", "Suopursu", "Rimpiläinen", "Kuusamaa", "Metsävainio", "Jängänoja", "Loimola",
     "Pakkaslehto", "Tervahauta", "Kallioniitty", "Routavaara", "Männistönen", "Hillasuo", "Kelokangas", "Naavala",
     "Purolainen", "Sammalmäki", "Kangasniemelä", "Oravaharju", "Riekkonen", "Vaaranpää", "Korpisaari");
LIST(women, "Aino Kaarina", "Marjatta", "Helmi Sofia", "Raija Anneli", "Kyllikki", "Sirkka-Liisa", "Elina", "Päivi Hannele",
     "Tuulikki", "Hilkka", "Noora", "Kerttu Maria", "Saara", "Leena Marjukka", "Irma");
LIST(men, "Eero Olavi", "Tapio Juhani", "Veikko", "Onni Matias", "Pentti Ilmari", "Juha-Matti", "Toivo Kalevi", "Jari Antero",
     "Mika Petteri", "Seppo Tapani", "Aleksi", "Väinö", "Hannu Kristian", "Rauno", "Ville Samuli");
LIST(family_sv, "Granvik", "Åbergsson", "Söderlund-Ek", "Näsman", "Björkskog");
LIST(women_sv, "Märta Linnéa", "Gun-Britt", "Siv Annika");
LIST(men_sv, "Håkan", "Åke Gustav", "Örjan");
LIST(family_other, "Al-Rashidi", "Bondarenko", "Warsame", "Petrova", "Karimi");
LIST(women_other, "Layla", "Oksana", "Hodan");
LIST(men_other, "Yusuf", "Mykola", "Abdi");
LIST(language, "arabia", "ukraina", "somali", "venäjä", "kurdi");
LIST(street, "Kelotie", "Rantapolku", "Vanha Myllytie", "Suotie", "Kirkkokuja", "Vaarantie", "Salokuja", "Jokitörmä");
LIST(municipality, "Koskelanmäki", "Vuorenpohja", "Hallasuo", "Kuusilahti", "Takkuvaara", "Lintuselkä");

LIST(note, "Asiakas kertoo, että lääkkeet loppuivat eilen eikä rahaa uusiin ole.",
     "Keskustelimme talouden hoidosta. Vuokrarästi on kahden kuukauden ajalta, häätöuhkaa ei vielä ole.",
     "Asiakkaalla ei ole tietokonetta. Puhelin on tavallinen näppäinpuhelin, nettiyhteyttä ei ole.",
     "Asiakas hyötyisi palvelutarpeen arvioinnista: arjen asiat ovat kasautuneet puolison kuoleman jälkeen.",
     "Asiakas antoi luvan lähettää suunnitelman tiivistelmän Kelalle, ei terveystietoja.",
     "Kelan käsittelijä soitti: asia siirtyi tavalliseen käsittelyyn. Kerroin tästä asiakkaalle.",
     "Kävimme läpi saapuneet kirjeet. Sähkölasku ja kaksi muistutusta ovat maksamatta.",
     "Asiakas kertoo nukkuneensa huonosti ja jääneensä viime viikot kotiin.",
     "Teimme hakemuksen yhdessä kirjaston koneella. Asiakas tunnistautui itse.",
     "Talossa on lämmin ja puita riittää. Polku tielle on auraamatta, naapuri auttaa traktorilla.",
     "Asiakas on aloittanut työkokeilun kyläyhdistyksessä ja kertoo viihtyvänsä siellä.",
     "Asiakas toivoo, että asioista sovitaan puhelimessa ja kirjoitetaan sen jälkeen lyhyt muistilappu.");
LIST(note_sv, "Klienten önskar att få ärendet skött på svenska.",
     "Vi gick igenom breven från FPA tillsammans. Hyran är betald, elräkningen väntar.",
     "Klienten berättar att vardagen löper bättre nu när räkningarna är i ordning.");
LIST(next, "Sovimme, että soitamme Kelaan yhdessä torstaina klo 10.", "Seuraava käynti sovittiin kahden viikon päähän.",
     "Asiakas etsii vuokrasopimuksen ja tiliotteet ensi käynnille.", "Varaan ajan talous- ja velkaneuvontaan.",
     "Tarkistan, onko asumistuen hakemus saapunut perille.", "Soitan asiakkaalle perjantaina ennen puoltapäivää.");
LIST(view, "Haluan hoitaa asiani itse, kunhan joku neuvoo alkuun.", "Koen, että minua kuunneltiin tällä kertaa.",
     "En halua, että terveydestäni kerrotaan eteenpäin.", "Toivon apua laskujen kanssa, muuten pärjään.");
LIST(need, "Tuki talouden hallintaan ja etuuksien hakemiseen", "Apu asioinnissa, kun kulkuyhteyksiä ei ole",
     "Keskustelutuki ja arjen rytmin löytäminen", "Asumisen turvaaminen ja vuokrarästien järjestely");
LIST(goal, "Tavoite: opettelen maksamaan laskut verkkopankissa kirjaston koneella.",
     "Tavoite: vuokrarästi on maksettu kesään mennessä.", "Tavoite: haen minulle kuuluvat etuudet ajallaan.",
     "Tavoite: käyn kylätalon ryhmässä kerran viikossa.");
#define QUADRANT_LIST(name, ...) static const char *const name##_texts[] = { __VA_ARGS__ }
QUADRANT_LIST(income, "Tulot muodostuvat työmarkkinatuesta, menot ylittävät ne joka kuukausi.",
     "Eläke riittää perusmenoihin, lääkkeisiin vain osittain.", "Etuuksia on jäänyt hakematta puoli vuotta.");
QUADRANT_LIST(household, "Asuu yksin, sisar käy kerran viikossa.", "Kaksi kouluikäistä lasta, tukiverkosto on ohut.",
     "Puoliso hoitaa asiat, huoli omasta jaksamisesta.");
QUADRANT_LIST(health, "Arjesta suoriutuminen on hidastunut leikkauksen jälkeen.", "Toimintakyky on hyvä, näkö heikentynyt.",
     "Mieliala on ollut matala syksystä asti.");
QUADRANT_LIST(housing, "Vuokrarästejä kahdelta kuukaudelta.", "Oma talo, katto vuotaa ja kaivovesi on tutkittava.",
     "Asunto on kunnossa, matka kauppaan kaksikymmentä kilometriä.");
#define QUADRANT(name) { name##_texts, sizeof name##_texts / sizeof name##_texts[0] }
const struct sample_list sample_quadrant[4] = { QUADRANT(income), QUADRANT(household), QUADRANT(health), QUADRANT(housing) };

const char *const sample_title[9] = {
	"Hakemus siirretty Kelasta", "Perusosan alentaminen, tilanteen selvittäminen",
	"Aktivointisuunnitelman tekeminen", "Palvelutarpeen arvioinnin pyyntö", "Ilmeinen sosiaalihuollon tarve",
	"Henkilökohtaisen keskustelun toive", "Oma yhteydenotto", "Tavattu jalkautuvassa työssä",
	"Muutto vastaanottokeskuksesta",
};
const char *const sample_reason[9] = {
	"Kela siirsi hakemuksen: perustoimeentulotuki on ratkaistu, haetaan täydentävää tukea sähkölaskuun.",
	"Perusosan alentaminen on tulossa. Asiakkaan kanssa selvitetään tilanne ja tehdään suunnitelma.",
	"Tulot ovat olleet viimesijaisia pitkään. Tehdään aktivointisuunnitelma yhdessä TE-palvelujen kanssa.",
	"Asiakas hyötyy palvelutarpeen arvioinnista ja suunnitelmasta ja pyytää sitä itse.",
	"Asiakas ei kykene vastaamaan omasta huolenpidostaan: lääkkeet ja ruoka ovat lopussa.",
	"Asiakas toivoo keskustelua sosiaalityöntekijän kanssa henkilökohtaisesti.",
	"Asiakas otti itse yhteyttä ja pyytää neuvoa laskujen ja etuuksien kanssa.",
	"Asiakas tavattiin kylällä, eikä hän ole hakenut etuuksia, joihin hänellä on oikeus.",
	"Asiakas muuttaa vastaanottokeskuksesta kuntaan. Muuton asiat käydään läpi yhdessä.",
};
LIST(feedback, "Asiat selitettiin niin, että ymmärsin.", "Matka olisi ollut pitkä, hyvä että tulitte kotiin.",
     "Jäi epäselväksi, milloin päätös tulee.", "Kiitos, että kuuntelitte loppuun asti.",
     "Toivon samaa työntekijää myös ensi kerralla.", "Päätöksen teksti oli vaikeaa, puhelimessa se selvisi.");
LIST(guided, "asiointipiste", "kirjaston yhteiskäyttökone", "Kelan palvelunumero 020 692 207", "seurakunnan diakonia",
     "talous- ja velkaneuvonta", "sote-keskus");
