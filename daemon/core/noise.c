/* noise - the Noise Protocol Framework, revision 34, in its own words.
 *
 * Sections cited are those of the specification. DH is X25519, the cipher
 * ChaChaPoly (RFC 8439), the hash BLAKE2b with 64 bytes (HASHLEN) and blocks
 * of 128 (BLOCKLEN); keys of HASHLEN bytes are cut to 32 where it says so.
 */
#include "core/noise.h"

#include <sodium.h>

#include "base/assert.h"
#include "base/limits.h"

_Static_assert(NOISE_DH_BYTES == crypto_scalarmult_BYTES, "DHLEN");
_Static_assert(NOISE_HASH_BYTES == crypto_generichash_BYTES_MAX, "HASHLEN");
_Static_assert(NOISE_KEY_BYTES == crypto_aead_chacha20poly1305_ietf_KEYBYTES, "cipher key");
_Static_assert(NOISE_TAG_BYTES == crypto_aead_chacha20poly1305_ietf_ABYTES, "cipher tag");

enum { BLOCKLEN = 128, NONCE_BYTES = 12, PATTERN_MESSAGES_MAX = 3, PATTERN_TOKENS_MAX = 6 };

/* ---- patterns (sections 7 and 9) ------------------------------------------ */

enum token { TOKEN_END, TOKEN_E, TOKEN_S, TOKEN_EE, TOKEN_ES, TOKEN_SE, TOKEN_SS, TOKEN_PSK };

/* All four have the pre-message "<- s": the initiator knows the responder's
 * static key beforehand. Messages alternate, the initiator's first. */
struct pattern {
	const char *protocol_name;
	bool psk;
	size_t messages;
	enum token tokens[PATTERN_MESSAGES_MAX][PATTERN_TOKENS_MAX];
};

static const struct pattern patterns[] = {
	[NOISE_IK] = { "Noise_IK_25519_ChaChaPoly_BLAKE2b", false, 2, {
		{ TOKEN_E, TOKEN_ES, TOKEN_S, TOKEN_SS },
		{ TOKEN_E, TOKEN_EE, TOKEN_SE } } },
	[NOISE_IKPSK1] = { "Noise_IKpsk1_25519_ChaChaPoly_BLAKE2b", true, 2, {
		{ TOKEN_E, TOKEN_ES, TOKEN_S, TOKEN_SS, TOKEN_PSK },
		{ TOKEN_E, TOKEN_EE, TOKEN_SE } } },
	[NOISE_XKPSK0] = { "Noise_XKpsk0_25519_ChaChaPoly_BLAKE2b", true, 3, {
		{ TOKEN_PSK, TOKEN_E, TOKEN_ES },
		{ TOKEN_E, TOKEN_EE },
		{ TOKEN_S, TOKEN_SE } } },
	[NOISE_X] = { "Noise_X_25519_ChaChaPoly_BLAKE2b", false, 1, {
		{ TOKEN_E, TOKEN_ES, TOKEN_S, TOKEN_SS } } },
};

static const struct pattern *pattern_of(const struct noise *noise)
{
	return &patterns[noise->pattern];
}

static const enum token *tokens_of(const struct noise *noise)
{
	ASSERT(noise->message < pattern_of(noise)->messages);
	return pattern_of(noise)->tokens[noise->message];
}

static bool writes_next(const struct noise *noise)
{
	return noise->initiator == (noise->message % 2 == 0);
}

/* ---- hash functions (section 4.3) ----------------------------------------- */

static void hash(struct span first, struct span second, uint8_t out[static NOISE_HASH_BYTES])
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, NOISE_HASH_BYTES);
	crypto_generichash_update(&state, first.data, first.len);
	crypto_generichash_update(&state, second.data, second.len);
	crypto_generichash_final(&state, out, NOISE_HASH_BYTES);
}

/* HMAC-HASH (RFC 2104); the key is never longer than a block. */
static void hmac_hash(struct span key, struct span first, struct span second, uint8_t out[static NOISE_HASH_BYTES])
{
	uint8_t inner[BLOCKLEN], outer[BLOCKLEN], digest[NOISE_HASH_BYTES];
	crypto_generichash_state state;
	memset(inner, 0x36, sizeof inner);
	memset(outer, 0x5c, sizeof outer);
	for (size_t i = 0; i < key.len; i++) {
		inner[i] ^= key.data[i];
		outer[i] ^= key.data[i];
	}
	crypto_generichash_init(&state, NULL, 0, NOISE_HASH_BYTES);
	crypto_generichash_update(&state, inner, sizeof inner);
	crypto_generichash_update(&state, first.data, first.len);
	crypto_generichash_update(&state, second.data, second.len);
	crypto_generichash_final(&state, digest, sizeof digest);
	hash(span_of(outer, sizeof outer), span_of(digest, sizeof digest), out);
	sodium_memzero(inner, sizeof inner);
	sodium_memzero(outer, sizeof outer);
	sodium_memzero(digest, sizeof digest);
	sodium_memzero(&state, sizeof state);
}

/* HKDF(chaining_key, input_key_material, num_outputs): the first `count` of
 * three outputs, each of HASHLEN bytes. */
static void hkdf(const uint8_t chaining_key[static NOISE_HASH_BYTES], struct span input,
		 uint8_t out[][NOISE_HASH_BYTES], size_t count)
{
	uint8_t temp_key[NOISE_HASH_BYTES];
	hmac_hash(span_of(chaining_key, NOISE_HASH_BYTES), input, span_of(NULL, 0), temp_key);
	for (uint8_t i = 0; i < count; i++) {
		uint8_t number = (uint8_t)(i + 1);
		struct span previous = i == 0 ? span_of(NULL, 0) : span_of(out[i - 1], NOISE_HASH_BYTES);
		hmac_hash(span_of(temp_key, sizeof temp_key), previous, span_of(&number, 1), out[i]);
	}
	sodium_memzero(temp_key, sizeof temp_key);
}

/* ---- CipherState (section 5.1) -------------------------------------------- */

static void initialize_key(struct noise_cipher *cipher, const uint8_t key[static NOISE_KEY_BYTES])
{
	memcpy(cipher->key, key, NOISE_KEY_BYTES);
	cipher->nonce = 0;
	cipher->has_key = true;
}

/* ChaChaPoly's nonce: 32 bits of zeros, then n little-endian (section 12.3). */
static void nonce_of(uint64_t n, uint8_t out[static NONCE_BYTES])
{
	memset(out, 0, 4);
	for (size_t i = 0; i < 8; i++)
		out[4 + i] = (uint8_t)(n >> (8 * i));
}

/* EncryptWithAd with a key; 2^64 - 1 is reserved, so the nonce never wraps. */
static struct fault encrypt_with_ad(struct noise_cipher *cipher, struct span ad, struct span plain, uint8_t *out)
{
	uint8_t nonce[NONCE_BYTES];
	if (cipher->nonce == UINT64_MAX)
		return fault_of(FAULT_LIMIT, "noise: nonces used up");
	nonce_of(cipher->nonce++, nonce);
	crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plain.data, plain.len, ad.data, ad.len, NULL, nonce,
						  cipher->key);
	return fault_none();
}

static struct fault decrypt_with_ad(struct noise_cipher *cipher, struct span ad, struct span sealed, uint8_t *out)
{
	uint8_t nonce[NONCE_BYTES];
	if (cipher->nonce == UINT64_MAX)
		return fault_of(FAULT_LIMIT, "noise: nonces used up");
	nonce_of(cipher->nonce, nonce);
	if (crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.data, sealed.len, ad.data, ad.len,
						      nonce, cipher->key) != 0)
		return fault_of(FAULT_PEER, "noise: authentication failed");
	cipher->nonce++;
	return fault_none();
}

/* ---- SymmetricState (section 5.2) ----------------------------------------- */

static void mix_hash(struct noise *noise, struct span data)
{
	hash(span_of(noise->h, NOISE_HASH_BYTES), data, noise->h);
}

static void initialize_symmetric(struct noise *noise, struct span protocol_name)
{
	/* The name is no longer than HASHLEN: padded with zeros, not hashed. */
	ASSERT(protocol_name.len <= NOISE_HASH_BYTES);
	memset(noise->h, 0, NOISE_HASH_BYTES);
	memcpy(noise->h, protocol_name.data, protocol_name.len);
	memcpy(noise->ck, noise->h, NOISE_HASH_BYTES);
	noise->cipher.has_key = false;
}

static void mix_key(struct noise *noise, const uint8_t input[static NOISE_DH_BYTES])
{
	uint8_t out[2][NOISE_HASH_BYTES];
	hkdf(noise->ck, span_of(input, NOISE_DH_BYTES), out, 2);
	memcpy(noise->ck, out[0], NOISE_HASH_BYTES);
	initialize_key(&noise->cipher, out[1]);
	sodium_memzero(out, sizeof out);
}

static void mix_key_and_hash(struct noise *noise, const uint8_t input[static NOISE_PSK_BYTES])
{
	uint8_t out[3][NOISE_HASH_BYTES];
	hkdf(noise->ck, span_of(input, NOISE_PSK_BYTES), out, 3);
	memcpy(noise->ck, out[0], NOISE_HASH_BYTES);
	mix_hash(noise, span_of(out[1], NOISE_HASH_BYTES));
	initialize_key(&noise->cipher, out[2]);
	sodium_memzero(out, sizeof out);
}

/* How much longer than its plain text a text is now. */
static size_t seal_bytes(const struct noise *noise)
{
	return noise->cipher.has_key ? NOISE_TAG_BYTES : 0;
}

static struct fault encrypt_and_hash(struct noise *noise, struct span plain, uint8_t *out)
{
	size_t len = plain.len + seal_bytes(noise);
	if (noise->cipher.has_key)
		FAULT_TRY(encrypt_with_ad(&noise->cipher, span_of(noise->h, NOISE_HASH_BYTES), plain, out));
	else if (plain.len != 0)
		memcpy(out, plain.data, plain.len);
	mix_hash(noise, span_of(out, len));
	return fault_none();
}

static struct fault decrypt_and_hash(struct noise *noise, struct span sealed, uint8_t *out)
{
	if (noise->cipher.has_key)
		FAULT_TRY(decrypt_with_ad(&noise->cipher, span_of(noise->h, NOISE_HASH_BYTES), sealed, out));
	else if (sealed.len != 0)
		memcpy(out, sealed.data, sealed.len);
	mix_hash(noise, sealed);
	return fault_none();
}

/* ---- HandshakeState (section 5.3) ----------------------------------------- */

/* Refuses keys of low order, whose shared secret is all zeros. */
static struct fault dh(const uint8_t secret[static NOISE_DH_BYTES], const uint8_t public[static NOISE_DH_BYTES],
		       uint8_t out[static NOISE_DH_BYTES])
{
	if (crypto_scalarmult(out, secret, public) != 0)
		return fault_of(FAULT_PEER, "noise: public key of low order");
	return fault_none();
}

bool noise_dh_static(const uint8_t secret[static NOISE_DH_BYTES], const uint8_t public[static NOISE_DH_BYTES],
		     uint8_t out[static NOISE_DH_BYTES])
{
	return !fault_is(dh(secret, public, out));
}

void noise_set_ss(struct noise *noise, const uint8_t ss[static NOISE_DH_BYTES])
{
	memcpy(noise->ss, ss, NOISE_DH_BYTES);
	noise->has_ss = true;
}

static struct fault know_ss(struct noise *noise)
{
	ASSERT(noise->has_s && noise->has_rs);
	if (!noise->has_ss)
		FAULT_TRY(dh(noise->s_secret, noise->rs, noise->ss));
	noise->has_ss = true;
	return fault_none();
}

static struct fault mix_dh(struct noise *noise, const uint8_t secret[static NOISE_DH_BYTES],
			   const uint8_t public[static NOISE_DH_BYTES])
{
	uint8_t shared[NOISE_DH_BYTES];
	FAULT_TRY(dh(secret, public, shared));
	mix_key(noise, shared);
	sodium_memzero(shared, sizeof shared);
	return fault_none();
}

/* The tokens that are the same in writing and reading. In es the initiator
 * uses e and the responder s; in se the other way round. */
static struct fault mix_token(struct noise *noise, enum token token)
{
	bool own_e = token == TOKEN_EE || token == (noise->initiator ? TOKEN_ES : TOKEN_SE);
	bool their_e = token == TOKEN_EE || token == (noise->initiator ? TOKEN_SE : TOKEN_ES);
	if (token == TOKEN_PSK) {
		ASSERT(noise->has_psk);
		mix_key_and_hash(noise, noise->psk);
		return fault_none();
	}
	if (token == TOKEN_SS) {
		FAULT_TRY(know_ss(noise));
		mix_key(noise, noise->ss);
		return fault_none();
	}
	ASSERT(own_e ? noise->has_e : noise->has_s);
	ASSERT(their_e ? noise->has_re : noise->has_rs);
	return mix_dh(noise, own_e ? noise->e_secret : noise->s_secret, their_e ? noise->re : noise->rs);
}

/* The public key of token `e`, and with a psk its MixKey (section 9.2). */
static void mix_ephemeral(struct noise *noise, const uint8_t e[static NOISE_DH_BYTES])
{
	mix_hash(noise, span_of(e, NOISE_DH_BYTES));
	if (pattern_of(noise)->psk)
		mix_key(noise, e);
}

void noise_init(struct noise *noise, const struct noise_config *config)
{
	*noise = (struct noise){ .pattern = config->pattern, .initiator = config->initiator };
	initialize_symmetric(noise, span_text(pattern_of(noise)->protocol_name));
	mix_hash(noise, config->prologue);
	if (config->static_secret != NULL) {
		memcpy(noise->s_secret, config->static_secret, NOISE_DH_BYTES);
		if (config->static_public != NULL)
			memcpy(noise->s_public, config->static_public, NOISE_DH_BYTES);
		else
			crypto_scalarmult_base(noise->s_public, noise->s_secret);
		noise->has_s = true;
	}
	if (config->ephemeral_secret != NULL) {
		memcpy(noise->e_secret, config->ephemeral_secret, NOISE_DH_BYTES);
		noise->has_e = true;
	}
	if (config->remote_static != NULL) {
		memcpy(noise->rs, config->remote_static, NOISE_DH_BYTES);
		noise->has_rs = true;
	}
	if (config->psk != NULL)
		noise_set_psk(noise, config->psk);
	ASSERT(noise->has_s);
	ASSERT(noise->has_rs == noise->initiator);
	ASSERT(noise->has_e || (!noise->initiator && noise->pattern == NOISE_X));
	/* Pre-message "<- s". */
	mix_hash(noise, span_of(noise->initiator ? noise->rs : noise->s_public, NOISE_DH_BYTES));
}

void noise_set_psk(struct noise *noise, const uint8_t psk[static NOISE_PSK_BYTES])
{
	ASSERT(pattern_of(noise)->psk);
	memcpy(noise->psk, psk, NOISE_PSK_BYTES);
	noise->has_psk = true;
}

/* What the tokens of the next message take, and the tag of its payload. In our
 * patterns a DH comes before every s and every payload, so both are sealed. */
static size_t overhead_bytes(const struct noise *noise)
{
	size_t bytes = NOISE_TAG_BYTES;
	for (const enum token *token = tokens_of(noise); *token != TOKEN_END; token++) {
		if (*token == TOKEN_E)
			bytes += NOISE_DH_BYTES;
		if (*token == TOKEN_S)
			bytes += NOISE_DH_BYTES + NOISE_TAG_BYTES;
	}
	return bytes;
}

static struct fault write_token(struct noise *noise, enum token token, uint8_t **at)
{
	switch (token) {
	case TOKEN_E:
		crypto_scalarmult_base(noise->e_public, noise->e_secret);
		memcpy(*at, noise->e_public, NOISE_DH_BYTES);
		*at += NOISE_DH_BYTES;
		mix_ephemeral(noise, noise->e_public);
		return fault_none();
	case TOKEN_S: {
		size_t len = NOISE_DH_BYTES + seal_bytes(noise);
		FAULT_TRY(encrypt_and_hash(noise, span_of(noise->s_public, NOISE_DH_BYTES), *at));
		*at += len;
		return fault_none();
	}
	case TOKEN_EE:
	case TOKEN_ES:
	case TOKEN_SE:
	case TOKEN_SS:
	case TOKEN_PSK:
		return mix_token(noise, token);
	case TOKEN_END:
		break;
	}
	return fault_none();
}

struct fault noise_write(struct noise *noise, struct span payload, uint8_t *out, size_t out_size, size_t *out_len)
{
	ASSERT(writes_next(noise) && !noise->keys_read);
	size_t overhead = overhead_bytes(noise);
	if (payload.len > LIMIT_FRAME_BYTES - overhead || out_size < payload.len + overhead)
		return fault_of(FAULT_LIMIT, "noise: message does not fit");
	uint8_t *at = out;
	for (const enum token *token = tokens_of(noise); *token != TOKEN_END; token++)
		FAULT_TRY(write_token(noise, *token, &at));
	size_t len = payload.len + seal_bytes(noise);
	FAULT_TRY(encrypt_and_hash(noise, payload, at));
	noise->message++;
	*out_len = (size_t)(at - out) + len;
	return fault_none();
}

static struct fault read_token(struct noise *noise, enum token token, struct span *rest)
{
	size_t len = NOISE_DH_BYTES + (token == TOKEN_S ? seal_bytes(noise) : 0);
	switch (token) {
	case TOKEN_E:
	case TOKEN_S:
		if (rest->len < len)
			return fault_of(FAULT_PEER, "noise: message too short");
		if (token == TOKEN_E) {
			memcpy(noise->re, rest->data, NOISE_DH_BYTES);
			noise->has_re = true;
			mix_ephemeral(noise, noise->re);
		} else {
			FAULT_TRY(decrypt_and_hash(noise, span_of(rest->data, len), noise->rs));
			noise->has_rs = true;
		}
		*rest = span_of(rest->data + len, rest->len - len);
		return fault_none();
	case TOKEN_EE:
	case TOKEN_ES:
	case TOKEN_SE:
	case TOKEN_SS:
	case TOKEN_PSK:
		return mix_token(noise, token);
	case TOKEN_END:
		break;
	}
	return fault_none();
}

/* The first half is every token before ss: what comes after needs no more of the message. */
static struct fault read_first_half(struct noise *noise, struct span *rest)
{
	for (const enum token *token = tokens_of(noise); *token != TOKEN_END && *token != TOKEN_SS; token++)
		FAULT_TRY(read_token(noise, *token, rest));
	noise->keys_read = true;
	return fault_none();
}

struct fault noise_read_keys(struct noise *noise, struct span message, struct span *rest)
{
	ASSERT(!writes_next(noise) && !noise->keys_read);
	if (message.len > LIMIT_FRAME_BYTES)
		return fault_of(FAULT_PEER, "noise: message too long");
	struct noise next = *noise;
	struct fault fault = read_first_half(&next, &message);
	if (!fault_is(fault)) {
		*noise = next;
		*rest = message;
	}
	noise_wipe(&next);
	return fault;
}

/* Where the second half begins. */
static const enum token *second_half(const struct noise *noise)
{
	const enum token *token = tokens_of(noise);
	while (*token != TOKEN_END && *token != TOKEN_SS)
		token++;
	return token;
}

static struct fault read_second_half(struct noise *noise, struct span rest, uint8_t *payload)
{
	for (const enum token *token = second_half(noise); *token != TOKEN_END; token++)
		FAULT_TRY(mix_token(noise, *token));
	FAULT_TRY(decrypt_and_hash(noise, rest, payload));
	noise->keys_read = false;
	noise->message++;
	return fault_none();
}

struct fault noise_read_payload(struct noise *noise, struct span rest, uint8_t *payload, size_t payload_size,
				size_t *payload_len)
{
	ASSERT(noise->keys_read);
	if (rest.len < NOISE_TAG_BYTES)
		return fault_of(FAULT_PEER, "noise: message too short");
	if (payload_size < rest.len - NOISE_TAG_BYTES)
		return fault_of(FAULT_LIMIT, "noise: payload does not fit");
	/* Once for all psks that are tried. */
	if (*second_half(noise) == TOKEN_SS)
		FAULT_TRY(know_ss(noise));
	struct noise next = *noise;
	struct fault fault = read_second_half(&next, rest, payload);
	if (!fault_is(fault)) {
		*noise = next;
		*payload_len = rest.len - NOISE_TAG_BYTES;
	}
	noise_wipe(&next);
	return fault;
}

struct fault noise_read(struct noise *noise, struct span message, uint8_t *payload, size_t payload_size,
			size_t *payload_len)
{
	struct noise next = *noise;
	struct fault fault = noise_read_keys(&next, message, &message);
	if (!fault_is(fault))
		fault = noise_read_payload(&next, message, payload, payload_size, payload_len);
	if (!fault_is(fault))
		*noise = next;
	noise_wipe(&next);
	return fault;
}

bool noise_finished(const struct noise *noise)
{
	return noise->message == pattern_of(noise)->messages;
}

void noise_split(struct noise *noise, struct noise_transport *out)
{
	static const char tag[] = "jalka-resume-1";
	uint8_t k[3][NOISE_HASH_BYTES];
	crypto_generichash_state state;
	ASSERT(noise_finished(noise));
	*out = (struct noise_transport){ .send.has_key = false };
	hkdf(noise->ck, span_of(NULL, 0), k, 3);
	initialize_key(noise->initiator ? &out->send : &out->receive, k[0]);
	/* A one-way pattern has no way back (section 7.4). */
	if (noise->pattern != NOISE_X)
		initialize_key(noise->initiator ? &out->receive : &out->send, k[1]);
	memcpy(out->handshake_hash, noise->h, NOISE_HASH_BYTES);
	crypto_generichash_init(&state, k[2], NOISE_KEY_BYTES, NOISE_KEY_BYTES);
	crypto_generichash_update(&state, (const uint8_t *)tag, sizeof tag - 1);
	crypto_generichash_update(&state, noise->h, NOISE_HASH_BYTES);
	crypto_generichash_final(&state, out->resumption, NOISE_KEY_BYTES);
	sodium_memzero(&state, sizeof state);
	sodium_memzero(k, sizeof k);
	sodium_memzero(noise->ck, sizeof noise->ck);
}

struct fault noise_seal(struct noise_cipher *cipher, struct span plain, uint8_t *out, size_t out_size, size_t *out_len)
{
	ASSERT(cipher->has_key);
	if (plain.len > LIMIT_FRAME_PLAIN_BYTES || out_size < plain.len + NOISE_TAG_BYTES)
		return fault_of(FAULT_LIMIT, "noise: message does not fit");
	FAULT_TRY(encrypt_with_ad(cipher, span_of(NULL, 0), plain, out));
	*out_len = plain.len + NOISE_TAG_BYTES;
	return fault_none();
}

struct fault noise_open(struct noise_cipher *cipher, struct span sealed, uint8_t *out, size_t out_size, size_t *out_len)
{
	ASSERT(cipher->has_key);
	if (sealed.len < NOISE_TAG_BYTES || sealed.len > LIMIT_FRAME_BYTES)
		return fault_of(FAULT_PEER, "noise: message of no possible length");
	if (out_size < sealed.len - NOISE_TAG_BYTES)
		return fault_of(FAULT_LIMIT, "noise: message does not fit");
	FAULT_TRY(decrypt_with_ad(cipher, span_of(NULL, 0), sealed, out));
	*out_len = sealed.len - NOISE_TAG_BYTES;
	return fault_none();
}

void noise_wipe(struct noise *noise)
{
	sodium_memzero(noise, sizeof *noise);
}

void noise_transport_wipe(struct noise_transport *transport)
{
	sodium_memzero(transport, sizeof *transport);
}
