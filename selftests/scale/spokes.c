// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Thousands of spokes in one process, to load a hub:
 *
 *	spokes register COUNT	all send a Registration Request at once
 *	spokes echo COUNT	all ping the hub through the tunnel
 *	spokes answer COUNT	answer what pings them, until killed
 *	spokes resolve ADDRESS	the first one asks for ADDRESS
 *	spokes purge NUMBER	that one withdraws its registration
 *	spokes probe COUNT	in the hub's namespace: ping them all
 *
 * Nothing is sent twice, so that each packet that the hub loses shows. The
 * result is one line "GOT of SENT in MILLISECONDS ms", or a code.
 *
 * Spoke N has the NBMA address 10.0.0.0 + N and the protocol address
 * 172.17.0.0 + N; the hub has 192.0.2.1 and 172.16.0.1; the tunnel's key is
 * 999. The NBMA addresses need a local route: "ip route add local 10.0.0.0/8
 * dev lo".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HUB_NBMA	0xc0000201U	/* 192.0.2.1 */
#define HUB_PROTOCOL	0xac100001U	/* 172.16.0.1 */
#define SPOKE_NBMA	0x0a000000U	/* 10.0.0.0 */
#define SPOKE_PROTOCOL	0xac110000U	/* 172.17.0.0 */
#define SPOKES_MAX	60000
#define TUNNEL_KEY	999
#define HOLDING_TIME	600		/* seconds */

#define ETHERTYPE_NHRP	0x2001
#define ETHERTYPE_IPV4	0x0800

/* Longest time without any answer that ends the wait for more. */
#define QUIET_MS	5000

enum {
	RESOLUTION_REQUEST = 1,
	RESOLUTION_REPLY,
	REGISTRATION_REQUEST,
	REGISTRATION_REPLY,
	PURGE_REQUEST,
	PURGE_REPLY,
};

struct gre {
	uint16_t flags;
	uint16_t protocol;
	uint32_t key;
} __attribute__((packed));

struct nhrp {
	uint16_t family;
	uint16_t protocol;
	uint8_t snap[5];
	uint8_t hops;
	uint16_t length;
	uint16_t checksum;
	uint16_t extensions;
	uint8_t version;
	uint8_t type;
	uint8_t nbma_length;
	uint8_t subaddress_length;
	uint8_t source_length;
	uint8_t destination_length;
	uint16_t flags;
	uint32_t id;
	uint32_t source_nbma;
	uint32_t source;
	uint32_t destination;
	struct {
		uint8_t code;
		uint8_t prefix;
		uint16_t unused;
		uint16_t mtu;
		uint16_t holding_time;
		uint8_t lengths[3];
		uint8_t preference;
		uint32_t protocol[];
	} __attribute__((packed)) cie;
} __attribute__((packed));

/* Responder Address, Forward and Reverse Transit NHS Record, End. */
static const uint16_t extensions[] = {
	0x8003, 0, 0x8004, 0, 0x8005, 0, 0x8000, 0
};

struct packet {
	struct iphdr ip;
	struct gre gre;
	uint8_t data[1500];
} __attribute__((packed));

static int gre_socket;
static bool heard[SPOKES_MAX + 1];

static void fail(const char *what)
{
	fprintf(stderr, "spokes: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* A raw socket with room for the answers of all spokes. */
static int open_raw(int protocol)
{
	int fd = socket(AF_INET, SOCK_RAW, protocol), size = 256 << 20;

	if (fd < 0)
		fail("raw socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	return fd;
}

static uint16_t checksum(const void *data, size_t length)
{
	const uint8_t *p = data;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < length; i++)
		sum += i & 1 ? p[i] : p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum & 0xffff);
}

/* Send p->data, of the given length, from a spoke to the hub in GRE. */
static void send_gre(struct packet *p, unsigned int spoke, uint16_t protocol,
		     size_t length)
{
	struct sockaddr_in hub = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(HUB_NBMA),
	};

	length += sizeof(p->ip) + sizeof(p->gre);
	p->ip = (struct iphdr){
		.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_GRE,
		.tot_len = htons(length),
		.saddr = htonl(SPOKE_NBMA + spoke),
		.daddr = htonl(HUB_NBMA),
	};
	p->gre.flags = htons(0x2000);
	p->gre.protocol = htons(protocol);
	p->gre.key = htonl(TUNNEL_KEY);
	if (sendto(gre_socket, p, length, 0, (void *)&hub, sizeof(hub)) < 0)
		fail("sending");
}

/*
 * An NHRP request of a spoke, with one CIE; the spoke's number is its request
 * id. With a protocol address in the CIE, that address is what it is about.
 */
static void send_nhrp(unsigned int spoke, uint8_t type, uint32_t destination,
		      uint32_t client)
{
	struct packet p = { 0 };
	struct nhrp *n = (struct nhrp *)p.data;
	size_t length = sizeof(*n) + (client ? 4 : 0);
	unsigned int i;

	n->family = htons(1);
	n->protocol = htons(ETHERTYPE_IPV4);
	n->hops = 255;
	n->version = 1;
	n->type = type;
	n->nbma_length = 4;
	n->source_length = 4;
	n->destination_length = 4;
	n->id = htonl(spoke);
	n->source_nbma = htonl(SPOKE_NBMA + spoke);
	n->source = htonl(SPOKE_PROTOCOL + spoke);
	n->destination = htonl(destination);
	n->cie.prefix = type == RESOLUTION_REQUEST ? 0 : 32;
	if (type == REGISTRATION_REQUEST)
		n->cie.holding_time = htons(HOLDING_TIME);
	if (client) {
		n->cie.lengths[2] = 4;
		n->cie.protocol[0] = htonl(client);
	}
	n->extensions = htons(length);
	for (i = 0; i < sizeof(extensions) / 2; i++, length += 2) {
		p.data[length] = extensions[i] >> 8;
		p.data[length + 1] = extensions[i] & 0xff;
	}
	n->length = htons(length);
	n->checksum = checksum(n, length);
	send_gre(&p, spoke, ETHERTYPE_NHRP, length);
}

/* An echo request of a spoke to the hub, inside the tunnel. */
static void send_echo(unsigned int spoke)
{
	struct packet p = { 0 };
	struct iphdr *ip = (struct iphdr *)p.data;
	struct icmphdr *icmp = (struct icmphdr *)(ip + 1);
	size_t length = sizeof(*ip) + sizeof(*icmp);

	*ip = (struct iphdr){
		.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_ICMP,
		.tot_len = htons(length),
		.saddr = htonl(SPOKE_PROTOCOL + spoke),
		.daddr = htonl(HUB_PROTOCOL),
	};
	ip->check = checksum(ip, sizeof(*ip));
	icmp->type = ICMP_ECHO;
	icmp->checksum = checksum(icmp, sizeof(*icmp));
	send_gre(&p, spoke, ETHERTYPE_IPV4, length);
}

/* The number of the spoke that a received packet is for, 0 if none. */
static unsigned int receiver(const struct packet *p)
{
	uint32_t spoke = ntohl(p->ip.daddr) - SPOKE_NBMA;

	return spoke <= SPOKES_MAX ? spoke : 0;
}

/* Receive one packet from the hub; false after @timeout ms without any. */
static bool receive(struct packet *p, int timeout)
{
	struct pollfd poll_gre = { .fd = gre_socket, .events = POLLIN };

	memset(p, 0, sizeof(*p));
	while (poll(&poll_gre, 1, timeout) == 1) {
		if (recv(gre_socket, p, sizeof(*p), 0) > 0 &&
		    p->ip.saddr == htonl(HUB_NBMA) && receiver(p))
			return true;
	}
	return false;
}

static bool is_registration_reply(const struct packet *p)
{
	const struct nhrp *n = (const struct nhrp *)p->data;

	return p->gre.protocol == htons(ETHERTYPE_NHRP) &&
	       n->type == REGISTRATION_REPLY && !n->cie.code;
}

static bool is_echo_reply(const struct packet *p)
{
	const struct iphdr *ip = (const struct iphdr *)p->data;
	const struct icmphdr *icmp = (const struct icmphdr *)(ip + 1);

	return p->gre.protocol == htons(ETHERTYPE_IPV4) &&
	       ip->protocol == IPPROTO_ICMP && icmp->type == ICMP_ECHOREPLY;
}

/* All spokes send something; count those that the hub answers. */
static void everybody(unsigned int count, void (*send)(unsigned int spoke),
		      bool (*is_answer)(const struct packet *p))
{
	int64_t start = now_ms(), last = start;
	unsigned int spoke, got = 0;
	struct packet p;

	for (spoke = 1; spoke <= count; spoke++)
		send(spoke);
	while (got < count && receive(&p, QUIET_MS)) {
		if (!is_answer(&p) || heard[receiver(&p)])
			continue;
		heard[receiver(&p)] = true;
		got++;
		last = now_ms();
	}
	printf("%u of %u in %lld ms\n", got, count, (long long)(last - start));
}

static void send_registration(unsigned int spoke)
{
	send_nhrp(spoke, REGISTRATION_REQUEST, HUB_PROTOCOL, 0);
}

/* Print the code of the one CIE in the reply of this type. */
static void await_reply(uint8_t type)
{
	int64_t start = now_ms();
	struct packet p;

	while (receive(&p, QUIET_MS)) {
		const struct nhrp *n = (const struct nhrp *)p.data;

		if (p.gre.protocol != htons(ETHERTYPE_NHRP) || n->type != type)
			continue;
		printf("code %u in %lld ms\n", n->cie.code,
		       (long long)(now_ms() - start));
		return;
	}
	printf("no reply\n");
}

static void answer(void)
{
	struct packet p;

	for (;;) {
		struct iphdr *ip = (struct iphdr *)p.data;
		struct icmphdr *icmp = (struct icmphdr *)(ip + 1);
		uint32_t source;

		if (!receive(&p, -1) ||
		    p.gre.protocol != htons(ETHERTYPE_IPV4) ||
		    ip->protocol != IPPROTO_ICMP || icmp->type != ICMP_ECHO)
			continue;
		source = ip->saddr;
		ip->saddr = ip->daddr;
		ip->daddr = source;
		icmp->type = ICMP_ECHOREPLY;
		icmp->checksum = 0;
		icmp->checksum = checksum(icmp, ntohs(ip->tot_len) -
					  sizeof(*ip));
		send_gre(&p, receiver(&p), ETHERTYPE_IPV4, ntohs(ip->tot_len));
	}
}

/* From the hub: one echo request to each spoke, and the replies. */
static void probe(unsigned int count)
{
	int fd = open_raw(IPPROTO_ICMP);
	struct pollfd poll_icmp = { .fd = fd, .events = POLLIN };
	struct icmphdr icmp = { .type = ICMP_ECHO };
	struct sockaddr_in to = { .sin_family = AF_INET };
	unsigned int spoke, got = 0;
	int64_t start = now_ms();
	struct iphdr ip;

	icmp.checksum = checksum(&icmp, sizeof(icmp));
	for (spoke = 1; spoke <= count; spoke++) {
		to.sin_addr.s_addr = htonl(SPOKE_PROTOCOL + spoke);
		if (sendto(fd, &icmp, sizeof(icmp), 0, (void *)&to,
			   sizeof(to)) < 0)
			fail("sending");
	}
	while (got < count && poll(&poll_icmp, 1, QUIET_MS) == 1) {
		if (recv(fd, &ip, sizeof(ip), 0) < (int)sizeof(ip))
			continue;
		spoke = ntohl(ip.saddr) - SPOKE_PROTOCOL;
		if (!spoke || spoke > count || heard[spoke])
			continue;
		heard[spoke] = true;
		got++;
	}
	printf("%u of %u in %lld ms\n", got, count,
	       (long long)(now_ms() - start));
}

static unsigned int number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || n < 1 || n > SPOKES_MAX) {
		fprintf(stderr, "spokes: '%s' is not a number from 1 to %d\n",
			text, SPOKES_MAX);
		exit(2);
	}
	return n;
}

int main(int argc, char **argv)
{
	const char *what = argc == 3 ? argv[1] : "";
	const int on = 1;
	struct in_addr address;

	gre_socket = open_raw(IPPROTO_GRE);
	if (setsockopt(gre_socket, IPPROTO_IP, IP_HDRINCL, &on, sizeof(on)))
		fail("IP_HDRINCL");

	if (!strcmp(what, "register")) {
		everybody(number(argv[2]), send_registration,
			  is_registration_reply);
	} else if (!strcmp(what, "echo")) {
		everybody(number(argv[2]), send_echo, is_echo_reply);
	} else if (!strcmp(what, "answer")) {
		answer();
	} else if (!strcmp(what, "probe")) {
		close(gre_socket);
		probe(number(argv[2]));
	} else if (!strcmp(what, "purge")) {
		unsigned int spoke = number(argv[2]);

		send_nhrp(spoke, PURGE_REQUEST, HUB_PROTOCOL,
			  SPOKE_PROTOCOL + spoke);
		await_reply(PURGE_REPLY);
	} else if (!strcmp(what, "resolve") &&
		   inet_pton(AF_INET, argv[2], &address) == 1) {
		send_nhrp(1, RESOLUTION_REQUEST, ntohl(address.s_addr), 0);
		await_reply(RESOLUTION_REPLY);
	} else {
		fprintf(stderr, "usage: spokes register|echo|answer|probe COUNT"
			" | resolve ADDRESS | purge NUMBER\n");
		return 2;
	}
	return 0;
}
