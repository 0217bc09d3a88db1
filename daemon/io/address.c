/* address - splitting "host:port". */
#include "io/address.h"

#include <arpa/inet.h>
#include <stdio.h>

static bool is_host(struct span host)
{
	if (host.len == 0 || host.len >= ADDRESS_HOST_BYTES)
		return false;
	for (size_t i = 0; i < host.len; i++) {
		uint8_t c = host.data[i];
		bool ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			  c == '.' || c == '-' || c == ':' || c == '%' || c == '_';
		if (!ok)
			return false;
	}
	return true;
}

static bool read_port(struct span text, uint16_t *out)
{
	uint32_t port = 0;
	if (text.len == 0 || text.len > 5)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		port = port * 10 + (uint32_t)(text.data[i] - '0');
	}
	if (port > 65535)
		return false;
	*out = (uint16_t)port;
	return true;
}

struct fault address_read(struct span text, struct address *out)
{
	static const char bad[] = "address must be written host:port, as in 192.0.2.1:7373";
	struct address a = { .port = 0 };
	size_t colon = text.len;
	while (colon > 0 && text.data[colon - 1] != ':')
		colon--;
	if (colon == 0 || !read_port(span_of(text.data + colon, text.len - colon), &a.port))
		return fault_of(FAULT_CALLER, bad);
	struct span host = span_of(text.data, colon - 1);
	bool bracketed = host.len > 2 && host.data[0] == '[' && host.data[host.len - 1] == ']';
	if (bracketed)
		host = span_of(host.data + 1, host.len - 2);
	if (!is_host(host) || (!bracketed && memchr(host.data, ':', host.len) != NULL))
		return fault_of(FAULT_CALLER, bad);
	memcpy(a.host, host.data, host.len);
	*out = a;
	return fault_none();
}

void address_write(const struct address *address, char out[static ADDRESS_TEXT_BYTES])
{
	bool v6 = strchr(address->host, ':') != NULL;
	snprintf(out, ADDRESS_TEXT_BYTES, v6 ? "[%s]:%u" : "%s:%u", address->host, (unsigned)address->port);
}

void address_of_socket(const struct sockaddr_storage *socket, char out[static ADDRESS_TEXT_BYTES])
{
	struct address a = { .port = 0 };
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)socket;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)socket;
	if (socket->ss_family == AF_INET) {
		inet_ntop(AF_INET, &v4->sin_addr, a.host, sizeof a.host);
		a.port = ntohs(v4->sin_port);
	} else {
		inet_ntop(AF_INET6, &v6->sin6_addr, a.host, sizeof a.host);
		a.port = ntohs(v6->sin6_port);
	}
	address_write(&a, out);
}

bool address_numeric(const struct address *address, struct sockaddr_storage *out)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(address->port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(address->port) };
	memset(out, 0, sizeof *out);
	if (inet_pton(AF_INET, address->host, &v4.sin_addr) == 1) {
		memcpy(out, &v4, sizeof v4);
		return true;
	}
	if (inet_pton(AF_INET6, address->host, &v6.sin6_addr) == 1) {
		memcpy(out, &v6, sizeof v6);
		return true;
	}
	return false;
}
