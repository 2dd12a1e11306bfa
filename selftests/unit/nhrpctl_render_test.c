// SPDX-License-Identifier: GPL-2.0-or-later
/* nhrpctl's tables: JSON of the daemon in, the layout of Cisco IOS out. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "duration.h"
#include "render.h"
#include "test.h"

typedef void (*renderer)(FILE *out, const struct json_object *data);

static void expect(renderer render, const char *json, const char *wanted)
{
	struct json_object *data = json_tokener_parse(json);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(data);
	render(out, data);
	fclose(out);
	assert_string_equal(text, wanted);
	free(text);
	json_object_put(data);
}

/* The hub of the book: "show ip nhrp". */
static void cache_registered(void **state)
{
	(void)state;
	expect(render_cache,
	       "[{\"interface\":\"mgre0\",\"type\":\"dynamic\","
	       "\"protocol\":\"9.0.0.2\",\"prefix\":\"9.0.0.2/32\","
	       "\"nbma\":\"9.1.1.130\",\"claimed_nbma\":\"9.1.1.130\","
	       "\"created\":3510,\"expires\":272,\"flags\":"
	       "[\"authoritative\",\"unique\",\"registered\",\"used\"]}]",
	       "9.0.0.2/32 via 9.0.0.2\n"
	       "   mgre0 created 00:58:30, expire 00:04:32\n"
	       "   Type: dynamic, Flags: authoritative unique registered used\n"
	       "   NBMA address: 9.1.1.130\n");
}

static void cache_static_never_expires(void **state)
{
	(void)state;
	expect(render_cache,
	       "[{\"interface\":\"mgre0\",\"type\":\"nhs\","
	       "\"protocol\":\"9.0.0.1\",\"prefix\":\"9.0.0.1/32\","
	       "\"nbma\":\"9.1.1.10\",\"created\":90061,\"expires\":null,"
	       "\"flags\":[\"used\"]}]",
	       "9.0.0.1/32 via 9.0.0.1\n"
	       "   mgre0 created 1d01h, never expire\n"
	       "   Type: static, Flags: used\n"
	       "   NBMA address: 9.1.1.10\n");
}

static void cache_behind_nat(void **state)
{
	(void)state;
	expect(render_cache,
	       "[{\"interface\":\"mgre0\",\"type\":\"dynamic\","
	       "\"protocol\":\"9.0.0.2\",\"prefix\":\"9.0.0.2/32\","
	       "\"nbma\":\"9.1.1.130\",\"claimed_nbma\":\"192.168.0.2\","
	       "\"created\":1,\"expires\":2,\"flags\":[\"registered\","
	       "\"nat\"]}]",
	       "9.0.0.2/32 via 9.0.0.2\n"
	       "   mgre0 created 00:00:01, expire 00:00:02\n"
	       "   Type: dynamic, Flags: registered nat\n"
	       "   NBMA address: 9.1.1.130\n"
	       "    (Claimed NBMA address: 192.168.0.2)\n");
}

static void cache_incomplete_has_no_nbma(void **state)
{
	(void)state;
	expect(render_cache,
	       "[{\"interface\":\"mgre0\",\"type\":\"incomplete\","
	       "\"protocol\":\"9.0.0.3\",\"prefix\":\"9.0.0.3/32\","
	       "\"nbma\":null,\"created\":0,\"expires\":30,\"flags\":[]}]",
	       "9.0.0.3/32\n"
	       "   mgre0 created 00:00:00, expire 00:00:30\n"
	       "   Type: incomplete, Flags:\n");
}

static void cache_ipv6(void **state)
{
	(void)state;
	expect(render_cache,
	       "[{\"interface\":\"mgre0\",\"type\":\"dynamic\","
	       "\"protocol\":\"2001:db8::3\",\"prefix\":\"2001:db8:3::/48\","
	       "\"nbma\":\"2001:db8:ffff::134\",\"created\":5,\"expires\":295,"
	       "\"flags\":[\"router\",\"rib\"]}]",
	       "2001:db8:3::/48 via 2001:db8::3\n"
	       "   mgre0 created 00:00:05, expire 00:04:55\n"
	       "   Type: dynamic, Flags: router rib\n"
	       "   NBMA address: 2001:db8:ffff::134\n");
}

static void crypto(void **state)
{
	(void)state;
	expect(render_crypto, "[]", "");
	expect(render_crypto,
	       "[{\"interface\":\"mgre0\",\"identity\":\"spoke-1\","
	       "\"nbma\":\"9.1.1.130\",\"port\":40001,\"state\":\"up\","
	       "\"since\":61,\"algorithm\":\"aes-256-gcm\",\"udp\":true,"
	       "\"spi_in\":\"0x00c0ffee\",\"spi_out\":\"0xfeedbeef\","
	       "\"bytes_in\":5000000000,\"bytes_out\":0,\"packets_in\":7,"
	       "\"packets_out\":0,\"age\":60,\"rekey\":3540},"
	       "{\"interface\":\"mgre0\",\"identity\":null,"
	       "\"nbma\":\"2001:db8::7\",\"port\":2332,"
	       "\"state\":\"starting\",\"since\":2,\"algorithm\":null}]",
	       "mgre0:\n"
	       "Peer                  State     UpDn Tm Identity\n"
	       "9.1.1.130:40001       up       00:01:01 spoke-1\n"
	       "  aes-256-gcm udp, age 00:01:00, rekey in 00:59:00\n"
	       "  in 0x00c0ffee 5000000000 bytes 7 packets\n"
	       "  out 0xfeedbeef 0 bytes 0 packets\n"
	       "[2001:db8::7]:2332    starting 00:00:02 -\n");
}

static void nothing_to_show(void **state)
{
	(void)state;
	expect(render_cache, "[]", "");
	expect(render_traffic, "[]", "");
	expect(render_cache_brief, "[]",
	       "   Target             Via            NBMA           Mode   "
	       "Intfc   Claimed\n");
	expect(render_nhs, "[]",
	       "Legend: E=Expecting replies, R=Responding, W=Waiting\n");
}

/* A daemon of another version: no field may be taken for granted. */
static void absent_and_wrong_fields(void **state)
{
	static const renderer all[] = {
		render_cache, render_cache_brief, render_nhs, render_nhs_detail,
		render_traffic, render_dmvpn,
		render_dmvpn_detail, render_event, render_crypto,
	};
	static const char *const odd[] = {
		"[{}]", "[null,1,\"text\",[]]", "{}", "7", "\"text\"",
		"[{\"flags\":7,\"peers\":{},\"nbma\":[],\"expires\":\"x\"}]",
		"[{\"peers\":[null,{}],\"nhs\":[1],\"flags\":[null,1]}]",
		"[{\"peers\":[{\"attributes\":[null,\"a very long one\","
		"\"and another long one\"]}],\"sent\":[],\"discarded\":"
		"{\"x\":\"y\"}}]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		for (size_t j = 0; j < sizeof(odd) / sizeof(odd[0]); j++) {
			struct json_object *data = json_tokener_parse(odd[j]);
			FILE *out = fopen("/dev/null", "w");

			all[i](out, data);
			fclose(out);
			json_object_put(data);
		}
	}
}

static void cache_brief(void **state)
{
	(void)state;
	expect(render_cache_brief,
	       "[{\"interface\":\"mgre0\",\"type\":\"dynamic\","
	       "\"protocol\":\"9.0.0.2\",\"prefix\":\"9.0.0.2/32\","
	       "\"nbma\":\"9.1.1.130\",\"claimed_nbma\":\"9.1.1.130\"},"
	       "{\"interface\":\"mgre0\",\"type\":\"dynamic\","
	       "\"protocol\":\"2001:db8:0:1::3\","
	       "\"prefix\":\"2001:db8:0:1::3/128\","
	       "\"nbma\":\"2001:db8:ffff::134\"}]",
	       "   Target             Via            NBMA           Mode   "
	       "Intfc   Claimed\n"
	       "          9.0.0.2/32 9.0.0.2         9.1.1.130       dynamic  "
	       "mgre0   <   >\n"
	       " 2001:db8:0:1::3/128 2001:db8:0:1::3 2001:db8:ffff::134\n"
	       "                                                     dynamic  "
	       "mgre0   <   >\n");
}

static void next_hop_servers(void **state)
{
	static const char json[] =
		"[{\"interface\":\"mgre0\",\"protocol\":\"9.0.0.1\","
		"\"nbma\":\"9.1.1.10\",\"state\":\"registered\","
		"\"priority\":0,\"requests_sent\":3,\"requests_failed\":0,"
		"\"replies_received\":3,\"last_reply\":145},"
		"{\"interface\":\"mgre0\",\"protocol\":\"9.0.0.254\","
		"\"nbma\":\"9.1.1.26\",\"state\":\"registering\","
		"\"priority\":10,\"requests_sent\":42,\"last_reply\":null},"
		"{\"interface\":\"mgre1\",\"protocol\":null,\"nbma\":null,"
		"\"state\":\"waiting\"}]";

	(void)state;
	expect(render_nhs, json,
	       "Legend: E=Expecting replies, R=Responding, W=Waiting\n"
	       "mgre0:\n"
	       "9.0.0.1  RE NBMA Address: 9.1.1.10 priority = 0 cluster = 0\n"
	       "9.0.0.254  E  NBMA Address: 9.1.1.26 priority = 10 "
	       "cluster = 0\n"
	       "mgre1:\n"
	       "dynamic  W  priority = 0 cluster = 0\n");
	expect(render_nhs_detail, json,
	       "Legend: E=Expecting replies, R=Responding, W=Waiting\n"
	       "mgre0:\n"
	       "9.0.0.1  RE NBMA Address: 9.1.1.10 priority = 0 cluster = 0  "
	       "req-sent 3  req-failed 0  repl-recv 3 (00:02:25 ago)\n"
	       "9.0.0.254  E  NBMA Address: 9.1.1.26 priority = 10 "
	       "cluster = 0  req-sent 42  req-failed 0  repl-recv 0\n"
	       "mgre1:\n"
	       "dynamic  W  priority = 0 cluster = 0  "
	       "req-sent 0  req-failed 0  repl-recv 0\n");
}

static void traffic(void **state)
{
	(void)state;
	expect(render_traffic,
	       "[{\"interface\":\"mgre0\",\"sent\":{\"resolution_request\":3,"
	       "\"registration_reply\":45850,\"purge_request\":2,"
	       "\"purge_reply\":1},\"received\":{\"unknown\":9,"
	       "\"registration_request\":45850,\"traffic_indication\":7},"
	       "\"discarded\":{\"malformed\":9,\"loop\":0},"
	       "\"handshakes\":{\"established\":0,\"forged\":2},"
	       "\"redirects_suppressed\":4}]",
	       "mgre0:\n"
	       "   Sent: Total 45856\n"
	       "         3 Resolution Request  0 Resolution Reply  "
	       "0 Registration Request\n"
	       "         45850 Registration Reply  2 Purge Request  "
	       "1 Purge Reply\n"
	       "         0 Error Indication  0 Traffic Indication  "
	       "4 Redirect Suppress\n"
	       "   Rcvd: Total 45857\n"
	       "         0 Resolution Request  0 Resolution Reply  "
	       "45850 Registration Request\n"
	       "         0 Registration Reply  0 Purge Request  "
	       "0 Purge Reply\n"
	       "         0 Error Indication  7 Traffic Indication  "
	       "0 Redirect Suppress\n"
	       "         9 discarded: malformed\n"
	       "         2 handshakes: forged\n");
}

#define LEGEND \
	"Legend: Attrb --> S - Static, D - Dynamic, I - Incomplete\n" \
	"        N - NATed, L - Local, X - No Socket\n" \
	"        T1 - Route Installed, T2 - Nexthop-override\n" \
	"        # Ent --> Number of NHRP entries with same NBMA peer\n" \
	"        NHS Status: E --> Expecting Replies, R --> Responding, " \
	"W --> Waiting\n" \
	"        UpDn Time --> Up or Down Time for a Tunnel\n" \
	"=======================================================" \
	"===================\n\n"

static void dmvpn_hub(void **state)
{
	(void)state;
	expect(render_dmvpn,
	       "[{\"interface\":\"mgre0\",\"family\":\"ipv4\",\"type\":\"hub\","
	       "\"nbma_peers\":2,\"peers\":["
	       "{\"entries\":1,\"nbma\":\"192.0.2.11\","
	       "\"protocol\":\"172.16.0.11\",\"state\":\"UP\","
	       "\"updown\":4370,\"attributes\":[\"D\"]},"
	       "{\"entries\":1,\"nbma\":\"203.0.113.12\","
	       "\"protocol\":\"172.16.0.12\",\"state\":\"NHRP\","
	       "\"updown\":null,\"attributes\":[\"S\"]}]}]",
	       LEGEND
	       "Interface: mgre0, IPv4 NHRP Details\n"
	       "Type:Hub, NHRP Peers:2,\n"
	       "\n"
	       " # Ent  Peer NBMA Addr Peer Tunnel Add State  UpDn Tm Attrb\n"
	       " ----- --------------- --------------- ----- -------- -----\n"
	       "     1 192.0.2.11          172.16.0.11    UP 01:12:50     D\n"
	       "     1 203.0.113.12        172.16.0.12  NHRP    never     S\n"
	       "\n");
}

/* Rows of one NBMA address share it; long addresses break the line. */
static void dmvpn_spoke(void **state)
{
	(void)state;
	expect(render_dmvpn,
	       "[{\"interface\":\"mgre0\",\"family\":\"ipv4\","
	       "\"type\":\"spoke\",\"nbma_peers\":2,\"peers\":["
	       "{\"entries\":2,\"nbma\":\"9.1.1.134\","
	       "\"protocol\":\"9.0.0.3\",\"state\":\"UP\","
	       "\"updown\":628,\"attributes\":[\"D\",\"N\"]},"
	       "{\"entries\":2,\"nbma\":\"9.1.1.134\","
	       "\"protocol\":\"9.0.0.3\",\"state\":\"UP\","
	       "\"updown\":628,\"attributes\":[\"D\",\"T1\"]},"
	       "{\"entries\":1,\"nbma\":null,"
	       "\"protocol\":\"9.0.0.4\",\"state\":\"NHRP\","
	       "\"updown\":null,\"attributes\":[\"I\"]},"
	       "{\"entries\":1,\"nbma\":\"2001:db8:ffff::134\","
	       "\"protocol\":\"9.0.0.5\",\"state\":\"DOWN\","
	       "\"updown\":2,\"attributes\":[\"D\"]}]}]",
	       LEGEND
	       "Interface: mgre0, IPv4 NHRP Details\n"
	       "Type:Spoke, NHRP Peers:2,\n"
	       "\n"
	       " # Ent  Peer NBMA Addr Peer Tunnel Add State  UpDn Tm Attrb\n"
	       " ----- --------------- --------------- ----- -------- -----\n"
	       "     2 9.1.1.134               9.0.0.3    UP 00:10:28    DN\n"
	       "                               9.0.0.3    UP 00:10:28   DT1\n"
	       "     1 UNKNOWN                 9.0.0.4  NHRP    never     I\n"
	       "     1 2001:db8:ffff::134\n"
	       "                               9.0.0.5  DOWN 00:00:02     D\n"
	       "\n");
}

static void dmvpn_ipv6(void **state)
{
	(void)state;
	expect(render_dmvpn,
	       "[{\"interface\":\"mgre0\",\"family\":\"ipv6\",\"type\":\"hub\","
	       "\"nbma_peers\":1,\"peers\":["
	       "{\"entries\":1,\"nbma\":\"3.3.3.3\","
	       "\"protocol\":\"2001:db8::2\",\"prefix\":\"2001:db8::2/128\","
	       "\"state\":\"UP\",\"updown\":620,\"attributes\":[\"D\"]}]}]",
	       LEGEND
	       "Interface: mgre0, IPv6 NHRP Details\n"
	       "Type:Hub, Total NBMA Peers (v4/v6): 1\n"
	       "    1.Peer NBMA Address: 3.3.3.3\n"
	       "        Tunnel IPv6 Address: 2001:db8::2\n"
	       "        IPv6 Target Network: 2001:db8::2/128\n"
	       "        # Ent: 1, Status: UP, UpDn Time: 00:10:20, "
	       "Cache Attrib: D\n"
	       "\n");
}

static void dmvpn_detail(void **state)
{
	(void)state;
	expect(render_dmvpn_detail,
	       "[{\"interface\":\"mgre0\",\"family\":\"ipv4\","
	       "\"type\":\"spoke\",\"up\":true,\"address\":\"9.0.0.2\","
	       "\"source\":\"9.1.1.130\",\"destination\":null,"
	       "\"nbma_peers\":1,\"nhs\":[{\"protocol\":\"9.0.0.1\","
	       "\"nbma\":\"9.1.1.10\",\"state\":\"registered\"}],\"peers\":["
	       "{\"entries\":1,\"nbma\":\"9.1.1.10\","
	       "\"protocol\":\"9.0.0.1\",\"prefix\":\"9.0.0.1/32\","
	       "\"state\":\"UP\",\"updown\":65,\"attributes\":[\"S\"]}]}]",
	       LEGEND
	       "Interface mgre0 is up/up, Addr. is 9.0.0.2, VRF \"\"\n"
	       "   Tunnel Src./Dest. addr: 9.1.1.130/MGRE, Tunnel VRF \"\"\n"
	       "   Protocol/Transport: \"multi-GRE/IP\", Protect \"\"\n"
	       "\n"
	       "IPv4 NHS: 9.0.0.1  RE NBMA Address: 9.1.1.10 priority = 0 "
	       "cluster = 0\n"
	       "Type:Spoke, Total NBMA Peers (v4/v6): 1\n"
	       "\n"
	       "# Ent  Peer NBMA Addr Peer Tunnel Add State  UpDn Tm Attrb    "
	       "Target Network\n"
	       "----- --------------- --------------- ----- -------- ----- "
	       "-----------------\n"
	       "    1 9.1.1.10                9.0.0.1    UP 00:01:05    S"
	       "         9.0.0.1/32\n"
	       "\n");
}

static void events(void **state)
{
	(void)state;
	expect(render_event,
	       "{\"time\":\"2026-11-24T16:50:56.123Z\","
	       "\"event\":\"cache-add\",\"interface\":\"mgre0\","
	       "\"protocol\":\"9.0.0.2\",\"expires\":null,\"used\":false,"
	       "\"mtu\":0,\"flags\":[\"unique\",\"registered\"],\"none\":[]}",
	       "2026-11-24T16:50:56.123Z cache-add interface mgre0 "
	       "protocol 9.0.0.2 used false mtu 0 flags unique,registered\n");
	expect(render_event, "{\"event\":\"lost\",\"count\":7}",
	       "lost count 7\n");
}

static void durations(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} known[] = {
		{ -1, "00:00:00" }, { 0, "00:00:00" }, { 59, "00:00:59" },
		{ 3600, "01:00:00" }, { 86399, "23:59:59" },
		{ 86400, "1d00h" }, { 604799, "6d23h" }, { 604800, "1w0d" },
		{ 13 * 86400, "1w6d" }, { 365 * 86400, "1y0w" },
		{ INT64_MAX, "292471208677y27w" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_string_equal(duration(known[i].seconds).text,
				    known[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cache_registered),
		cmocka_unit_test(cache_static_never_expires),
		cmocka_unit_test(cache_behind_nat),
		cmocka_unit_test(cache_incomplete_has_no_nbma),
		cmocka_unit_test(cache_ipv6),
		cmocka_unit_test(crypto),
		cmocka_unit_test(nothing_to_show),
		cmocka_unit_test(absent_and_wrong_fields),
		cmocka_unit_test(cache_brief),
		cmocka_unit_test(next_hop_servers),
		cmocka_unit_test(traffic),
		cmocka_unit_test(dmvpn_hub),
		cmocka_unit_test(dmvpn_spoke),
		cmocka_unit_test(dmvpn_ipv6),
		cmocka_unit_test(dmvpn_detail),
		cmocka_unit_test(events),
		cmocka_unit_test(durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
