/* chance - splitmix64 and what is drawn with it. */
#include "chance.h"

struct chance chance_of(uint64_t seed, uint64_t part)
{
	return (struct chance){ seed + part * 0xd1342543de82ef95u };
}

static uint64_t draw(struct chance *chance)
{
	uint64_t z = chance->state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

size_t chance_below(struct chance *chance, size_t bound)
{
	return (size_t)(draw(chance) % bound);
}

void chance_shuffle(struct chance *chance, uint8_t *cards, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = chance_below(chance, i);
		uint8_t card = cards[i - 1];
		cards[i - 1] = cards[j];
		cards[j] = card;
	}
}

void chance_deal(struct chance *chance, uint8_t *cards, size_t count, const unsigned *of_each)
{
	size_t kind = 0, left = of_each[0];
	for (size_t i = 0; i < count; i++) {
		while (left == 0)
			left = of_each[++kind];
		cards[i] = (uint8_t)kind;
		left--;
	}
	chance_shuffle(chance, cards, count);
}
