/* delta_chain - the derivations of a delta: salt, digest, link, head and the
 * other signatures; reserved case ids (rule P10; header: core/delta.h). */
#include <sodium.h>

#include "base/assert.h"
#include "core/delta.h"

_Static_assert(DELTA_SIGNATURE_BYTES == crypto_sign_BYTES, "Ed25519 signature");
_Static_assert(DELTA_SIGN_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES, "Ed25519 public key");
_Static_assert(DELTA_SIGN_SECRET_BYTES == crypto_sign_SECRETKEYBYTES, "Ed25519 secret key");
_Static_assert(DELTA_IDENTITY_BYTES == DELTA_SIGN_PUBLIC_BYTES, "central's identity is such a key");
_Static_assert(DELTA_SALT_BYTES >= crypto_generichash_KEYBYTES_MIN, "a salt keys BLAKE2b");
_Static_assert(DELTA_SECRET_BYTES <= crypto_generichash_KEYBYTES_MAX, "a case secret keys BLAKE2b");

/* Bytes to be hashed or signed, laid one after another; the largest is the
 * chain's beginning. */
enum {
	TAG_BYTES_MAX = 16,
	LAID_BYTES_MAX = TAG_BYTES_MAX + DELTA_IDENTITY_BYTES + 2 * ID_BYTES + 8 + DELTA_HASH_BYTES,
	SIGNED_BYTES_MAX = 64 * 1024,
};

struct laid {
	uint8_t bytes[LAID_BYTES_MAX];
	size_t len;
};

static void lay(struct laid *laid, const void *bytes, size_t len)
{
	ASSERT(len <= sizeof laid->bytes - laid->len);
	memcpy(laid->bytes + laid->len, bytes, len);
	laid->len += len;
}

static void lay_tag(struct laid *laid, const char *tag)
{
	laid->len = 0;
	lay(laid, tag, strlen(tag));
}

static void lay_u64(struct laid *laid, uint64_t value)
{
	uint8_t bytes[8];
	for (size_t i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	lay(laid, bytes, sizeof bytes);
}

static void lay_author(struct laid *laid, const struct author *author)
{
	lay(laid, author->node.bytes, ID_BYTES);
	lay(laid, author->epoch.bytes, ID_BYTES);
}

static void hash_laid(const struct laid *laid, const uint8_t *key, size_t key_bytes, uint8_t *out, size_t out_bytes)
{
	int failed = crypto_generichash(out, out_bytes, laid->bytes, laid->len, key, key_bytes);
	ASSERT(failed == 0);
}

void delta_chain_begin(const struct delta_identity *central, const struct author *author,
		       uint64_t continues_seq, const struct delta_hash *continues_h, struct delta_hash *out)
{
	static const struct delta_hash zeros;
	struct laid laid;
	lay_tag(&laid, "jalka-chain-1");
	lay(&laid, central->bytes, DELTA_IDENTITY_BYTES);
	lay_author(&laid, author);
	lay_u64(&laid, continues_h == NULL ? 0 : continues_seq);
	lay(&laid, continues_h == NULL ? zeros.bytes : continues_h->bytes, DELTA_HASH_BYTES);
	hash_laid(&laid, NULL, 0, out->bytes, DELTA_HASH_BYTES);
}

void delta_salt(const struct delta_secret *secret, const struct author *author, uint64_t seq,
		uint8_t out[static DELTA_SALT_BYTES])
{
	struct laid laid;
	lay_tag(&laid, "jalka-salt-1");
	lay_author(&laid, author);
	lay_u64(&laid, seq);
	hash_laid(&laid, secret->bytes, DELTA_SECRET_BYTES, out, DELTA_SALT_BYTES);
}

void delta_digest(const uint8_t salt[static DELTA_SALT_BYTES], struct span bytes, struct delta_hash *out)
{
	static const char tag[] = "jalka-delta-1";
	crypto_generichash_state state;
	crypto_generichash_init(&state, salt, DELTA_SALT_BYTES, DELTA_HASH_BYTES);
	crypto_generichash_update(&state, (const uint8_t *)tag, sizeof tag - 1);
	crypto_generichash_update(&state, bytes.data, bytes.len);
	crypto_generichash_final(&state, out->bytes, DELTA_HASH_BYTES);
}

void delta_content(const struct delta_secret *secret, struct span bytes, struct epoch_id *out)
{
	static const struct author nobody = { .node = { { 0 } } };
	uint8_t salt[DELTA_SALT_BYTES];
	struct delta_hash digest;
	delta_salt(secret, &nobody, 0, salt);
	delta_digest(salt, bytes, &digest);
	memcpy(out->bytes, digest.bytes, ID_BYTES);
}

void delta_link(const struct delta_hash *previous, uint64_t seq, const struct delta_hash *digest,
		struct delta_hash *out)
{
	struct laid laid;
	lay_tag(&laid, "jalka-link-1");
	lay(&laid, previous->bytes, DELTA_HASH_BYTES);
	lay_u64(&laid, seq);
	lay(&laid, digest->bytes, DELTA_HASH_BYTES);
	hash_laid(&laid, NULL, 0, out->bytes, DELTA_HASH_BYTES);
}

static void lay_head(struct laid *laid, const struct delta_identity *central, const struct author *author,
		     uint64_t seq, const struct delta_hash *h)
{
	lay_tag(laid, "jalka-head-1");
	lay(laid, central->bytes, DELTA_IDENTITY_BYTES);
	lay_author(laid, author);
	lay_u64(laid, seq);
	lay(laid, h->bytes, DELTA_HASH_BYTES);
}

void delta_head_sign(const struct delta_identity *central, const struct author *author, uint64_t seq,
		     const struct delta_hash *h, const uint8_t secret_key[static DELTA_SIGN_SECRET_BYTES],
		     struct delta_signature *out)
{
	struct laid laid;
	lay_head(&laid, central, author, seq, h);
	crypto_sign_detached(out->bytes, NULL, laid.bytes, laid.len, secret_key);
}

bool delta_head_verify(const struct delta_identity *central, const struct author *author, uint64_t seq,
		       const struct delta_hash *h, const uint8_t public_key[static DELTA_SIGN_PUBLIC_BYTES],
		       const struct delta_signature *signature)
{
	struct laid laid;
	lay_head(&laid, central, author, seq, h);
	return crypto_sign_verify_detached(signature->bytes, laid.bytes, laid.len, public_key) == 0;
}

/* tag | context | message, in one piece as Ed25519 wants it; 0: too long. */
static size_t join(const char *tag, struct span context, struct span message,
		   uint8_t out[static TAG_BYTES_MAX + SIGNED_BYTES_MAX])
{
	size_t tag_len = strlen(tag);
	ASSERT(tag_len != 0 && tag_len <= TAG_BYTES_MAX);
	if (context.len > SIGNED_BYTES_MAX || message.len > SIGNED_BYTES_MAX - context.len)
		return 0;
	memcpy(out, tag, tag_len);
	if (context.len != 0)
		memcpy(out + tag_len, context.data, context.len);
	if (message.len != 0)
		memcpy(out + tag_len + context.len, message.data, message.len);
	return tag_len + context.len + message.len;
}

struct fault delta_sign(const char *tag, struct span context, struct span message,
			const uint8_t secret_key[static DELTA_SIGN_SECRET_BYTES], struct delta_signature *out)
{
	uint8_t joined[TAG_BYTES_MAX + SIGNED_BYTES_MAX];
	size_t len = join(tag, context, message, joined);
	if (len == 0)
		return fault_of(FAULT_LIMIT, "signature: message too long");
	crypto_sign_detached(out->bytes, NULL, joined, len, secret_key);
	return fault_none();
}

bool delta_verify(const char *tag, struct span context, struct span message,
		  const uint8_t public_key[static DELTA_SIGN_PUBLIC_BYTES],
		  const struct delta_signature *signature)
{
	uint8_t joined[TAG_BYTES_MAX + SIGNED_BYTES_MAX];
	size_t len = join(tag, context, message, joined);
	return len != 0 && crypto_sign_verify_detached(signature->bytes, joined, len, public_key) == 0;
}

void delta_reserved_case(const struct delta_identity *central, struct span name, struct case_id *out)
{
	struct laid laid;
	lay_tag(&laid, "jalka-case-1");
	lay(&laid, central->bytes, DELTA_IDENTITY_BYTES);
	lay(&laid, name.data, name.len);
	hash_laid(&laid, NULL, 0, out->bytes, ID_BYTES);
}

void delta_access_case(const struct delta_identity *central, const struct node_id *node, struct case_id *out)
{
	uint8_t name[6 + ID_BYTES];
	memcpy(name, "access", 6);
	memcpy(name + 6, node->bytes, ID_BYTES);
	delta_reserved_case(central, span_of(name, sizeof name), out);
}
