/* name - forms of Finnish names, and names compared. */
#include "domain/name.h"

#include "domain/letter.h"

/* ---- words ---- */

bool name_next(struct span *text, struct name_word *out)
{
	out->count = 0;
	while (text->len > 0) {
		uint32_t c = letter_next(text);
		if (letter_in_word(c) && out->count < NAME_LETTERS_MAX)
			out->letters[out->count++] = letter_small(c);
		else if (!letter_in_word(c) && out->count > 0)
			break;
	}
	return out->count > 0;
}

size_t name_write(const struct name_word *word, bool base, uint8_t out[static NAME_TEXT_BYTES])
{
	size_t used = 0;
	for (size_t i = 0; i < word->count; i++) {
		uint32_t c = base ? letter_base(word->letters[i]) : word->letters[i];
		if (c != 0)
			used += letter_write(c, out + used);
	}
	return used;
}

bool name_equal(const struct name_word *a, const struct name_word *b)
{
	return a->count == b->count && memcmp(a->letters, b->letters, a->count * sizeof *a->letters) == 0;
}

static bool is_vowel(uint32_t c)
{
	uint32_t base = letter_base(c);
	return base == 'a' || base == 'e' || base == 'i' || base == 'o' || base == 'u' || base == 'y';
}

static bool vowel_at(const struct name_word *word, size_t at)
{
	return at < word->count && is_vowel(word->letters[at]);
}

/* Does the word, without its last `tail` letters, end in this (ASCII) text? */
static bool ends_in(const struct name_word *word, size_t tail, const char *text)
{
	size_t len = strlen(text);
	if (word->count < tail + len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (word->letters[word->count - tail - len + i] != (uint8_t)text[i])
			return false;
	return true;
}

/* The word without its last `drop` letters, and this text behind; A stands for a or ä,
 * as the word's vowels ask. */
static struct name_word with(const struct name_word *word, size_t drop, const char *text)
{
	struct name_word made = { .count = word->count - drop };
	uint32_t open = 0xe4; /* ä, unless the last vowel that says so is a back one: Lintuselällä */
	memcpy(made.letters, word->letters, made.count * sizeof *made.letters);
	for (size_t i = 0; i < word->count; i++)
		if (word->letters[i] == 'a' || word->letters[i] == 'o' || word->letters[i] == 'u')
			open = 'a';
		else if (word->letters[i] == 0xe4 || word->letters[i] == 0xf6 || word->letters[i] == 'y')
			open = 0xe4;
	for (; *text != '\0' && made.count < NAME_LETTERS_MAX; text++)
		made.letters[made.count++] = *text == 'A' ? open : (uint8_t)*text;
	return made;
}

static void add(struct name_forms *forms, const struct name_word *word)
{
	for (size_t i = 0; i < forms->count; i++)
		if (name_equal(&forms->all[i], word))
			return;
	if (forms->count < NAME_FORMS_MAX && word->count >= 2)
		forms->all[forms->count++] = *word;
}

/* ---- consonant gradation ---- */

/* What stands before the last vowels: strong in a basic form, weak in most others. */
struct grade {
	const char *strong, *weak;
	char before; /* 'v' a vowel, 'l' a vowel or one of l m n r; 0 anything */
	bool e_only; /* before an e alone */
};
static const struct grade grades[] = {
	{ "kk", "k", 'l', false },  { "pp", "p", 'l', false },  { "tt", "t", 'l', false },
	{ "nk", "ng", 'v', false }, { "nt", "nn", 'v', false }, { "mp", "mm", 'v', false },
	{ "lt", "ll", 'v', false }, { "rt", "rr", 'v', false }, { "ht", "hd", 'v', false },
	{ "lp", "lv", 'v', false }, { "rp", "rv", 'v', false }, { "t", "d", 'v', false },
	{ "p", "v", 'v', false },   { "k", "", 'v', false },    { "lk", "l", 'v', false },
	{ "rk", "r", 'v', false },  { "lk", "lj", 'v', true },  { "rk", "rj", 'v', true },
	{ "hk", "hj", 'v', true },
};
enum { GRADES = sizeof grades / sizeof grades[0] };

/* The word with `from` before its last `tail` letters made `to`. */
static bool change_grade(const struct grade *grade, const struct name_word *word, size_t tail, bool to_strong,
			 struct name_word *out)
{
	const char *from = to_strong ? grade->weak : grade->strong, *to = to_strong ? grade->strong : grade->weak;
	size_t len = strlen(from);
	if (word->count < tail + len + 1 || !ends_in(word, tail, from))
		return false;
	size_t at = word->count - tail - len;
	uint32_t before = word->letters[at - 1];
	bool sonorant = before == 'l' || before == 'm' || before == 'n' || before == 'r';
	if (!is_vowel(before) && !(grade->before == 'l' && sonorant))
		return false;
	if (grade->e_only && word->letters[word->count - tail] != 'e')
		return false;
	if (at + strlen(to) + tail > NAME_LETTERS_MAX)
		return false;
	*out = (struct name_word){ .count = at };
	memcpy(out->letters, word->letters, at * sizeof *out->letters);
	for (; *to != '\0'; to++)
		out->letters[out->count++] = (uint8_t)*to;
	memcpy(out->letters + out->count, word->letters + word->count - tail, tail * sizeof *out->letters);
	out->count += tail;
	return true;
}

/* The one weak grade of a strong stem; itself where nothing changes. A doubled
 * consonant weakens to one and no further, hence the first that fits. */
static struct name_word weakened(const struct name_word *word, size_t tail)
{
	struct name_word made;
	for (size_t i = 0; i < GRADES; i++) {
		bool lost = grades[i].weak[0] == 'l' || grades[i].weak[0] == 'r'; /* lk: lj before e, else l */
		bool plain = lost && grades[i].weak[1] == '\0' && word->letters[word->count - tail] == 'e';
		if (!plain && change_grade(&grades[i], word, tail, false, &made))
			return made;
	}
	return *word;
}

/* ---- what a form is of ---- */

static void add_i_of_e(struct name_forms *out, const struct name_word *stem)
{
	struct name_word made;
	if (!ends_in(stem, 0, "e"))
		return;
	made = with(stem, 1, "i"); /* nieme: niemi */
	add(out, &made);
}

/* A vowel stem and each strong grade it may have: mati, matti; lahde, lahte: lahti. */
static void add_grades(struct name_forms *out, const struct name_word *stem)
{
	struct name_word strong;
	add(out, stem);
	add_i_of_e(out, stem);
	for (size_t i = 0; i < GRADES; i++) {
		if (!change_grade(&grades[i], stem, 1, true, &strong))
			continue;
		add(out, &strong);
		add_i_of_e(out, &strong);
	}
}

/* The basic forms of a stem that ends in a vowel. */
static void add_of_vowel_stem(struct name_forms *out, const struct name_word *stem)
{
	struct name_word made;
	size_t n = stem->count;
	bool is_long = n >= 3 && stem->letters[n - 1] == stem->letters[n - 2] && vowel_at(stem, n - 1);
	if (ends_in(stem, 0, "se") && vowel_at(stem, n - 3)) {
		made = with(stem, 2, "nen"); /* virtase */
		add(out, &made);
	}
	if (ends_in(stem, 0, "kse")) {
		made = with(stem, 3, "s"); /* markukse */
		add(out, &made);
	}
	if (ends_in(stem, 0, "de") && vowel_at(stem, n - 3)) {
		made = with(stem, 2, "si"); /* vede */
		add(out, &made);
	}
	if (is_long && !ends_in(stem, 0, "oo") && !ends_in(stem, 0, "uu")) {
		/* lainee: laine; satee: sade; kankaa: kangas; kaunii: kaunis */
		struct name_word weak = weakened(stem, 2);
		made = with(stem, 1, ends_in(stem, 0, "e") ? "" : "s");
		add(out, &made);
		made = with(&weak, 1, ends_in(stem, 0, "e") ? "" : "s");
		add(out, &made);
	}
	if (ends_in(stem, 0, "i") && n >= 4 && !vowel_at(stem, n - 2)) {
		made = with(stem, 1, ""); /* öhmani: names that end in a consonant take an i */
		add(out, &made);
	}
	add_grades(out, stem);
}

/* The basic forms of a stem that ends in a consonant: virtas-ta, saar-ta, niel-ten. */
static void add_of_consonant_stem(struct name_forms *out, const struct name_word *stem, bool takes_i)
{
	struct name_word made;
	if (ends_in(stem, 0, "s") && stem->count >= 3 && vowel_at(stem, stem->count - 2)) {
		made = with(stem, 1, "nen");
		add(out, &made);
	} else if (takes_i && (ends_in(stem, 0, "r") || ends_in(stem, 0, "l") || ends_in(stem, 0, "n"))) {
		made = with(stem, 0, "i");
		add(out, &made);
	}
}

/* A is a or ä. */
static bool ends_in_case(const struct name_word *word, const char *ending)
{
	size_t len = strlen(ending);
	if (word->count < len + 3)
		return false;
	for (size_t i = 0; i < len; i++) {
		uint32_t c = word->letters[word->count - len + i];
		if (ending[i] == 'A' ? c != 'a' && c != 0xe4 : c != (uint8_t)ending[i])
			return false;
	}
	return true;
}

/* Genitive, plural, the places, essive, translative, partitive. */
static const char *const vowel_endings[] = {
	"n", "t", "llA", "lle", "ltA", "ssA", "stA", "nA", "ksi", "A", "tA", "ttA", "seen",
};
/* Partitive, and the plural of names in -nen. */
static const char *const consonant_endings[] = {
	"tA", "ten", "iA", "ien", "iin", "illA", "ille", "iltA", "issA", "istA",
};

static void strip_vowel_ending(const struct name_word *word, const char *ending, struct name_forms *out)
{
	if (!ends_in_case(word, ending))
		return;
	struct name_word stem = with(word, strlen(ending), "");
	size_t n = stem.count;
	if (!vowel_at(&stem, n - 1))
		return;
	/* Maria is no partitive of Mari. */
	if (strcmp(ending, "A") == 0 && ends_in(&stem, 0, "i"))
		return;
	if (strcmp(ending, "n") == 0 && n >= 4 && stem.letters[n - 1] == stem.letters[n - 2]) {
		struct name_word to = with(&stem, 1, ""); /* into it: Takkuvaaraan, Mäkeen */
		add_of_vowel_stem(out, &to);
	}
	add_of_vowel_stem(out, &stem);
}

void name_bases(const struct name_word *word, struct name_forms *out)
{
	out->count = 0;
	size_t n = word->count;
	if (n < 4 || ends_in(word, 0, "nen"))
		return;
	for (size_t i = 0; i < sizeof consonant_endings / sizeof consonant_endings[0]; i++)
		if (ends_in_case(word, consonant_endings[i])) {
			struct name_word stem = with(word, strlen(consonant_endings[i]), "");
			/* Maria is no plural of Mari. */
			add_of_consonant_stem(out, &stem, consonant_endings[i][0] == 't');
		}
	for (size_t i = 0; i < sizeof vowel_endings / sizeof vowel_endings[0]; i++)
		strip_vowel_ending(word, vowel_endings[i], out);
	if (n >= 5 && ends_in(word, 0, "s") && !vowel_at(word, n - 2)) {
		struct name_word stem = with(word, 1, ""); /* Öhmans, in Swedish */
		add(out, &stem);
	}
	for (size_t i = 0; i < out->count; i++)
		if (name_equal(&out->all[i], word)) {
			memmove(&out->all[i], &out->all[i + 1], (--out->count - i) * sizeof out->all[i]);
			break;
		}
}

/* ---- the forms of a basic form ---- */

struct inflecting {
	const struct name_word *name;
	struct name_forms *out;
};

/* What begins with the name is found by the name. */
static void add_form(struct inflecting *in, const struct name_word *stem, const char *ending)
{
	struct name_word form = with(stem, 0, ending);
	size_t n = in->name->count;
	bool begins = form.count >= n && memcmp(form.letters, in->name->letters, n * sizeof *form.letters) == 0;
	if (!begins)
		add(in->out, &form);
}

static void add_weak_forms(struct inflecting *in, const struct name_word *stem)
{
	static const char *const endings[] = { "n", "llA", "lle", "ltA", "ssA", "stA", "ksi", "t" };
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		add_form(in, stem, endings[i]);
}

static void add_strong_forms(struct inflecting *in, const struct name_word *stem)
{
	const char into[] = { (char)stem->letters[stem->count - 1], 'n', '\0' };
	if (stem->letters[stem->count - 1] < 0x80)
		add_form(in, stem, into);
	add_form(in, stem, "A");
	add_form(in, stem, "nA");
}

/* Vowel stems without gradation between their forms. */
static void add_forms_of(struct inflecting *in, const struct name_word *stem, const char *into)
{
	add_weak_forms(in, stem);
	add_form(in, stem, "nA");
	add_form(in, stem, into);
}

static void inflect_nen(struct inflecting *in)
{
	struct name_word stem = with(in->name, 3, "s");
	struct name_word vowel = with(&stem, 0, "e");
	add_forms_of(in, &vowel, "en");
	for (size_t i = 0; i < sizeof consonant_endings / sizeof consonant_endings[0]; i++)
		add_form(in, &stem, consonant_endings[i]);
}

static void inflect_i(struct inflecting *in)
{
	struct name_word e = with(in->name, 1, "e"), weak = weakened(&e, 1);
	add_weak_forms(in, &weak);
	add_strong_forms(in, &e);
	if (ends_in(in->name, 0, "ri") || ends_in(in->name, 0, "li") || ends_in(in->name, 0, "ni")) {
		struct name_word bare = with(in->name, 1, ""); /* saari: saarta */
		add_form(in, &bare, "tA");
	}
	weak = weakened(in->name, 1); /* Matti: Matin */
	add_weak_forms(in, &weak);
	if (ends_in(in->name, 0, "si")) { /* vesi: veden */
		struct name_word d = with(in->name, 2, "de"), t = with(in->name, 2, "te");
		add_weak_forms(in, &d);
		add_strong_forms(in, &t);
	}
}

/* kangas: kankaa-; kaunis: kaunii-; markus: markukse-; ilves: ilvekse- */
static void inflect_s(struct inflecting *in)
{
	size_t n = in->name->count;
	uint32_t vowel = in->name->letters[n - 2];
	struct name_word made = with(in->name, 1, "");
	if (vowel == 'a' || vowel == 0xe4 || vowel == 'i') {
		struct name_word strong;
		made.letters[made.count++] = vowel;
		for (size_t i = 0; i < GRADES; i++)
			if (change_grade(&grades[i], &made, 2, true, &strong) && grades[i].weak[0] != '\0')
				add_forms_of(in, &strong, "seen");
		add_forms_of(in, &made, "seen");
	}
	if (vowel != 'a' && vowel != 0xe4) {
		made = with(in->name, 1, "kse");
		add_forms_of(in, &made, "en");
	}
}

void name_inflected(const struct name_word *word, struct name_forms *out)
{
	struct inflecting in = { word, out };
	size_t n = word->count;
	out->count = 0;
	if (n < 3 || n > NAME_LETTERS_MAX - 6)
		return;
	if (ends_in(word, 0, "nen") && n >= 5 && vowel_at(word, n - 4)) {
		inflect_nen(&in);
	} else if (ends_in(word, 0, "i") && !vowel_at(word, n - 2)) {
		inflect_i(&in);
	} else if (ends_in(word, 0, "s") && vowel_at(word, n - 2)) {
		inflect_s(&in);
	} else if (ends_in(word, 0, "e") && !vowel_at(word, n - 2)) {
		struct name_word strong, lengthened = with(word, 0, "e"); /* sade: sateen */
		for (size_t i = 0; i < GRADES; i++)
			if (change_grade(&grades[i], &lengthened, 2, true, &strong) && grades[i].weak[0] != '\0')
				add_forms_of(&in, &strong, "seen");
	} else if (vowel_at(word, n - 1) && !vowel_at(word, n - 2)) {
		struct name_word weak = weakened(word, 1); /* ranta: rannan */
		add_weak_forms(&in, &weak);
	}
}

/* The stem is taken as it stands, weak or strong: what it does not fit is no word. */
void name_siblings(const struct name_word *word, struct name_forms *out)
{
	static const struct name_word none = { .count = NAME_LETTERS_MAX }; /* nothing begins with it */
	struct inflecting in = { &none, out };
	out->count = 0;
	if (ends_in(word, 0, "nen") || word->count > NAME_LETTERS_MAX - 6)
		return;
	for (size_t i = 0; i < sizeof vowel_endings / sizeof vowel_endings[0]; i++) {
		if (!ends_in_case(word, vowel_endings[i]))
			continue;
		struct name_word stem = with(word, strlen(vowel_endings[i]), "");
		if (stem.count < 3 || !vowel_at(&stem, stem.count - 1))
			continue;
		if (vowel_endings[i][0] == 'n' && stem.letters[stem.count - 1] == stem.letters[stem.count - 2])
			stem.count--; /* into it: Lahteen */
		add_weak_forms(&in, &stem);
		add_strong_forms(&in, &stem);
	}
}

/* ---- two people's names ---- */

enum { WORDS_MAX = 8 };

struct words {
	struct name_word all[WORDS_MAX];
	size_t count;
};

/* Letters beyond a word's count are not written: a list of people is gone through in no time. */
static void words_of(struct span text, struct words *out)
{
	out->count = 0;
	while (out->count < WORDS_MAX && name_next(&text, &out->all[out->count]))
		out->count++;
}

static void based(const struct name_word *word, struct name_word *out)
{
	out->count = 0;
	for (size_t i = 0; i < word->count; i++) {
		uint32_t c = letter_base(word->letters[i]);
		if (c != 0)
			out->letters[out->count++] = c;
	}
}

/* One letter more, less, another one, or two changed over. */
static bool is_one_slip(const struct name_word *a, const struct name_word *b)
{
	const struct name_word *longer = a->count >= b->count ? a : b, *shorter = longer == a ? b : a;
	size_t at = 0, rest;
	if (longer->count - shorter->count > 1 || shorter->count < 4)
		return false;
	while (at < shorter->count && longer->letters[at] == shorter->letters[at])
		at++;
	rest = shorter->count - at;
	if (longer->count > shorter->count)
		return memcmp(longer->letters + at + 1, shorter->letters + at, rest * sizeof *a->letters) == 0;
	if (rest == 0 || memcmp(a->letters + at + 1, b->letters + at + 1, (rest - 1) * sizeof *a->letters) == 0)
		return true;
	return a->letters[at] == b->letters[at + 1] && a->letters[at + 1] == b->letters[at] &&
	       memcmp(a->letters + at + 2, b->letters + at + 2, (rest - 2) * sizeof *a->letters) == 0;
}

static enum name_match compare_word(const struct name_word *a, const struct name_word *b)
{
	if (name_equal(a, b))
		return NAME_SAME;
	struct name_word x, y;
	based(a, &x);
	based(b, &y);
	return name_equal(&x, &y) || is_one_slip(&x, &y) ? NAME_ALIKE : NAME_OTHER;
}

static enum name_match best_of(const struct name_word *word, const struct words *among)
{
	enum name_match best = NAME_OTHER;
	for (size_t i = 0; i < among->count; i++) {
		enum name_match match = compare_word(word, &among->all[i]);
		best = match > best ? match : best;
	}
	return best;
}

/* How well the words of the shorter list stand in the longer: the worst, and the best, of them. */
static void compare_words(const struct words *a, const struct words *b, enum name_match *worst, enum name_match *best)
{
	const struct words *few = a->count <= b->count ? a : b, *many = few == a ? b : a;
	*worst = few->count == 0 ? NAME_OTHER : NAME_SAME;
	*best = NAME_OTHER;
	for (size_t i = 0; i < few->count; i++) {
		enum name_match match = best_of(&few->all[i], many);
		*worst = match < *worst ? match : *worst;
		*best = match > *best ? match : *best;
	}
}

static enum name_match compare_in_place(const struct words *family_a, const struct words *given_a,
					const struct words *family_b, const struct words *given_b)
{
	enum name_match family, family_best, given, given_best;
	compare_words(family_a, family_b, &family, &family_best);
	compare_words(given_a, given_b, &given, &given_best);
	if (family == NAME_SAME && given == NAME_SAME && family_a->count == family_b->count)
		return NAME_SAME;
	/* Of a family name all of the shorter one (Petäjä in Mäki-Petäjä), of given names any. */
	return family != NAME_OTHER && given_best != NAME_OTHER ? NAME_ALIKE : NAME_OTHER;
}

enum name_match name_compare(const struct name_person *a, const struct name_person *b)
{
	struct words family_a, given_a, family_b, given_b;
	words_of(a->family, &family_a);
	words_of(a->given, &given_a);
	words_of(b->family, &family_b);
	words_of(b->given, &given_b);
	enum name_match match = compare_in_place(&family_a, &given_a, &family_b, &given_b);
	if (match != NAME_OTHER)
		return match;
	return compare_in_place(&family_a, &given_a, &given_b, &family_b) != NAME_OTHER ? NAME_ALIKE : NAME_OTHER;
}
