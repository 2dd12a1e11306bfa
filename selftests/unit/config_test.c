// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "test.h"

#define HEAD "interface mgre0\nnetwork-id 1\n"

static struct config *parse(const char *text)
{
	struct config_error error = { "" };
	struct config *config;

	config = config_parse("test", text, strlen(text), &error);
	if (!config)
		fail_msg("refused: %s", error.text);
	return config;
}

static void refuse(const char *text, const char *expected)
{
	struct config_error error = { "" };
	struct config *config;

	config = config_parse("test", text, strlen(text), &error);
	if (config)
		fail_msg("accepted: %s", text);
	assert_string_equal(error.text, expected);
}

static void assert_address(const struct nhrp_address *address,
			   const char *expected)
{
	char text[NHRP_ADDRESS_TEXT];

	assert_string_equal(nhrp_address_format(address, text), expected);
}

static void defaults(void **state)
{
	struct config *config = parse(HEAD);
	const struct config_interface *interface;

	(void)state;
	assert_int_equal(config->interface_count, 1);
	interface = config_find(config, "mgre0");
	assert_ptr_equal(interface, config->interfaces);
	assert_int_equal(interface->network_id, 1);
	assert_int_equal(interface->holdtime, 7200);
	assert_string_equal(interface->authentication, "");
	assert_false(interface->redirect);
	assert_int_equal(interface->redirect_interval, 8);
	assert_false(interface->shortcut);
	assert_true(interface->registration_unique);
	assert_int_equal(interface->registration_timeout, 0);
	assert_int_equal(interface->mtu, 0);
	assert_false(interface->multicast_dynamic);
	assert_int_equal(interface->nhs_count, 0);
	assert_int_equal(interface->map_count, 0);
	assert_int_equal(interface->multicast_count, 0);
	assert_null(config_find(config, "mgre1"));
	config_free(config);
}

static void nothing_at_all(void **state)
{
	struct config *config = parse("");

	(void)state;
	assert_int_equal(config->interface_count, 0);
	config_free(config);
	config = parse("\n! a comment\r\n# another\n\t\x20\n!");
	assert_int_equal(config->interface_count, 0);
	config_free(config);
	config_free(NULL);
}

static void every_statement(void **state)
{
	struct config *config = parse(
		"interface mgre0\r\n"
		"\tnetwork-id 4294967295 ! the last one\n"
		"  holdtime 300\n"
		"  authentication dm#vpn!1\n"
		"  redirect timeout 2\n"
		"  shortcut\n"
		"  registration no-unique\n"
		"  registration timeout 60\n"
		"  mtu 1400\n"
		"  map multicast dynamic\n"
		"  map 9.0.0.9 nbma 9.1.1.99 multicast\n"
		"  map 2001:db8::9 9.1.1.99\n"
		"  map multicast 9.1.1.98\n"
		"  nhs 9.0.0.1 nbma 9.1.1.10 multicast priority 255\n"
		"  nhs dynamic nbma hub-2.example.net no-fallback\n"
		"  ipv6 nhrp nhs dynamic nbma hub-2.example.net");
	const struct config_interface *interface = config->interfaces;

	(void)state;
	assert_int_equal(interface->network_id, UINT32_MAX);
	assert_int_equal(interface->holdtime, 300);
	assert_string_equal(interface->authentication, "dm#vpn!1");
	assert_true(interface->redirect);
	assert_int_equal(interface->redirect_interval, 2);
	assert_true(interface->shortcut);
	assert_false(interface->registration_unique);
	assert_int_equal(interface->registration_timeout, 60);
	assert_int_equal(interface->mtu, 1400);
	assert_true(interface->multicast_dynamic);
	assert_int_equal(interface->map_count, 2);
	assert_address(&interface->maps[0].protocol, "9.0.0.9");
	assert_address(&interface->maps[0].nbma, "9.1.1.99");
	assert_true(interface->maps[0].multicast);
	assert_address(&interface->maps[1].protocol, "2001:db8::9");
	assert_false(interface->maps[1].multicast);
	assert_int_equal(interface->multicast_count, 1);
	assert_address(&interface->multicast[0], "9.1.1.98");
	assert_int_equal(interface->nhs_count, 3);
	assert_int_equal(interface->nhs[0].family, AF_INET);
	assert_int_equal(interface->nhs[1].family, AF_INET);
	assert_int_equal(interface->nhs[2].family, AF_INET6);
	assert_address(&interface->nhs[0].protocol, "9.0.0.1");
	assert_address(&interface->nhs[0].nbma, "9.1.1.10");
	assert_string_equal(interface->nhs[0].nbma_name, "");
	assert_int_equal(interface->nhs[0].priority, 255);
	assert_true(interface->nhs[0].multicast);
	assert_true(interface->nhs[0].fallback);
	assert_address(&interface->nhs[1].protocol, "-");
	assert_address(&interface->nhs[1].nbma, "-");
	assert_string_equal(interface->nhs[1].nbma_name, "hub-2.example.net");
	assert_int_equal(interface->nhs[1].priority, 0);
	assert_false(interface->nhs[1].multicast);
	assert_false(interface->nhs[1].fallback);
	config_free(config);
}

/* The spoke of Cisco's books, as it is pasted from a router. */
static void ios_stanza(void **state)
{
	struct config *config = parse(
		"interface Tunnel0\n"
		" ip nhrp authentication cisco\n"
		" ip nhrp map 9.0.0.1 9.1.1.10\n"
		" ip nhrp map multicast 9.1.1.10\n"
		" ip nhrp network-id 1\n"
		" ip nhrp holdtime 300\n"
		" ip nhrp nhs 9.0.0.1\n"
		" ip nhrp shortcut\n"
		" ipv6 nhrp authentication cisco\n"
		" ipv6 nhrp map multicast 9.1.1.10\n"
		" ipv6 nhrp network-id 1\n"
		" ipv6 nhrp holdtime 300\n"
		" ipv6 nhrp nhs 2001:db8::1 nbma 9.1.1.10\n"
		" ipv6 nhrp shortcut\n"
		"!\n");
	const struct config_interface *interface = config->interfaces;

	(void)state;
	assert_string_equal(interface->name, "Tunnel0");
	assert_int_equal(interface->nhs_count, 2);
	assert_address(&interface->nhs[0].nbma, "9.1.1.10");
	assert_true(interface->nhs[0].multicast);
	assert_true(interface->nhs[1].multicast);
	assert_int_equal(interface->map_count, 0);
	assert_int_equal(interface->multicast_count, 1);
	config_free(config);
}

static void several_interfaces(void **state)
{
	struct config *config = parse(HEAD "shortcut\n"
		"interface mgre1\nnetwork-id 2\nredirect\n");

	(void)state;
	assert_int_equal(config->interface_count, 2);
	assert_true(config_find(config, "mgre0")->shortcut);
	assert_false(config_find(config, "mgre1")->shortcut);
	assert_false(config_find(config, "mgre0")->redirect);
	assert_true(config_find(config, "mgre1")->redirect);
	config_free(config);
}

static void unknown_words(void **state)
{
	(void)state;
	refuse(HEAD "holdtme 300\n",
	       "test:3: unknown word \"holdtme\", did you mean \"holdtime\"?");
	refuse(HEAD "hodltime 300\n",
	       "test:3: unknown word \"hodltime\", did you mean \"holdtime\"?");
	refuse("interfaces mgre0\n",
	       "test:1: unknown word \"interfaces\", did you mean \"interface\"?");
	refuse(HEAD "tunnel source eth0\n",
	       "test:3: unknown word \"tunnel\"; known here: include, interface, authentication, encapsulation, holdtime, identity, ike, map, mtu, network-id, nhs, protection, psk, redirect, registration, rekey, replay-window, shortcut, udp");
	refuse(HEAD "registration no-uniqe\n",
	       "test:3: unknown word \"no-uniqe\", did you mean \"no-unique\"?");
	refuse(HEAD "nhs 9.0.0.1 nbma 9.1.1.10 multicats\n",
	       "test:3: unknown word \"multicats\", did you mean \"multicast\"?");
	refuse(HEAD "nhs 9.0.0.1 nbma 9.1.1.10 cluster 1\n",
	       "test:3: unknown word \"cluster\"; known here: nbma, multicast, priority, no-fallback");
	refuse(HEAD "zz\n",
	       "test:3: unknown word \"zz\"; known here: include, interface, authentication, encapsulation, holdtime, identity, ike, map, mtu, network-id, nhs, protection, psk, redirect, registration, rekey, replay-window, shortcut, udp");
}

static void values_out_of_range(void **state)
{
	(void)state;
	refuse(HEAD "holdtime 0\n",
	       "test:3: holdtime must be 1 to 65535, not \"0\"");
	refuse(HEAD "holdtime 65536\n",
	       "test:3: holdtime must be 1 to 65535, not \"65536\"");
	refuse(HEAD "holdtime 5s\n",
	       "test:3: holdtime must be 1 to 65535, not \"5s\"");
	refuse(HEAD "holdtime -1\n",
	       "test:3: holdtime must be 1 to 65535, not \"-1\"");
	refuse(HEAD "holdtime\n",
	       "test:3: holdtime is missing: 1 to 65535");
	refuse("interface mgre0\nnetwork-id 4294967296\n",
	       "test:2: network-id must be 1 to 4294967295, not \"4294967296\"");
	refuse(HEAD "mtu 575\n",
	       "test:3: mtu must be 576 to 1499, not \"575\"");
	refuse(HEAD "registration timeout 99999999999999999999\n",
	       "test:3: registration timeout must be 1 to 65535, not \"99999999999999999999\"");
	refuse(HEAD "redirect timeout 0\n",
	       "test:3: redirect timeout must be 1 to 3600, not \"0\"");
	refuse(HEAD "nhs 9.0.0.1 nbma 9.1.1.10 priority 256\n",
	       "test:3: priority must be 0 to 255, not \"256\"");
	refuse(HEAD "authentication ninechars\n",
	       "test:3: authentication must be a word of 1 to 8 characters");
	refuse(HEAD "authentication\n",
	       "test:3: authentication must be a word of 1 to 8 characters");
}

static void addresses_that_are_none(void **state)
{
	(void)state;
	refuse(HEAD "nhs 9.0.0.256 nbma 9.1.1.10\n",
	       "test:3: nhs must be an IPv4 or IPv6 address, not \"9.0.0.256\"");
	refuse(HEAD "nhs 9.0.0.1 nbma 9.1.1.256\n",
	       "test:3: nbma must be an address or a DNS name, not \"9.1.1.256\"");
	refuse(HEAD "nhs 9.0.0.1 nbma hub..example\n",
	       "test:3: nbma must be an address or a DNS name, not \"hub..example\"");
	refuse(HEAD "nhs 9.0.0.1 nbma\n",
	       "test:3: nbma is missing");
	refuse(HEAD "nhs 224.0.0.5 nbma 9.1.1.10\n",
	       "test:3: nhs must be the address of one host, which 224.0.0.5 is not");
	refuse(HEAD "map 9.0.0.1 nbma 0.0.0.0\n",
	       "test:3: nbma must be the address of one host, which 0.0.0.0 is not");
	refuse(HEAD "map 9.0.0.1 hub\n",
	       "test:3: nbma must be an IPv4 or IPv6 address, not \"hub\"");
	refuse(HEAD "map multicast\n",
	       "test:3: map multicast is missing");
	refuse(HEAD "ip nhrp nhs 2001:db8::1 nbma 9.1.1.10\n",
	       "test:3: nhs must be an IPv4 address after \"ip nhrp\", not 2001:db8::1");
	refuse(HEAD "ipv6 nhrp map 9.0.0.1 9.1.1.10\n",
	       "test:3: map must be an IPv6 address after \"ipv6 nhrp\", not 9.0.0.1");
}

static void incomplete_statements(void **state)
{
	(void)state;
	refuse("interface\n",
	       "test:1: usage: interface NAME");
	refuse(HEAD "ip nhrp\n",
	       "test:3: \"ip nhrp\" without a statement");
	refuse(HEAD "registration\n",
	       "test:3: usage: registration no-unique | registration timeout SECONDS");
	refuse(HEAD "nhs\n",
	       "test:3: usage: nhs ADDRESS|dynamic [nbma ADDRESS|NAME] [multicast] [priority 0-255] [no-fallback]");
	refuse(HEAD "nhs dynamic\n",
	       "test:3: \"nhs dynamic\" needs \"nbma ADDRESS|NAME\"");
	refuse(HEAD "map\n",
	       "test:3: usage: map ADDRESS [nbma] ADDRESS [multicast], or map multicast dynamic|ADDRESS");
	refuse(HEAD "shortcut now\n",
	       "test:3: unexpected \"now\"; usage: shortcut");
	refuse("include\n",
	       "test:1: usage: include PATTERN");
}

static void statements_out_of_place(void **state)
{
	(void)state;
	refuse("holdtime 300\n",
	       "test:1: \"holdtime\" belongs to an interface: \"interface NAME\" must come first");
	refuse("ip nhrp interface mgre0\n",
	       "test:1: \"interface\" takes no \"ip nhrp\" in front");
	refuse("include /etc/passwd\n",
	       "test:1: include is not allowed here");
	refuse("interface a/b\n",
	       "test:1: \"a/b\" can't be the name of a device: 1 to 15 characters without / and :");
	refuse("interface sixteencharacter\n",
	       "test:1: \"sixteencharacter\" can't be the name of a device: 1 to 15 characters without / and :");
}

static void duplicates_and_contradictions(void **state)
{
	(void)state;
	refuse(HEAD HEAD,
	       "test:3: interface mgre0 is already there");
	refuse(HEAD "holdtime 300\nholdtime 300\n",
	       "test:4: interface mgre0 has \"holdtime\" already");
	refuse(HEAD "ip nhrp holdtime 300\nipv6 nhrp holdtime 400\n",
	       "test:4: \"holdtime\" contradicts what the other family of mgre0 has");
	refuse(HEAD "map 9.0.0.9 9.1.1.9\nmap 9.0.0.9 9.1.1.8\n",
	       "test:4: this protocol address has a map already");
	refuse(HEAD "map multicast 9.1.1.9\nmap multicast 9.1.1.9\n",
	       "test:4: this map is already there");
	refuse(HEAD "nhs 9.0.0.1 nbma 9.1.1.9\nnhs 9.0.0.1 nbma 9.1.1.8\n",
	       "test:4: this nhs is already there");
	refuse(HEAD "nhs dynamic nbma hub\nnhs dynamic nbma hub\n",
	       "test:4: this nhs is already there");
	refuse(HEAD "nhs dynamic nbma hub nbma 9.1.1.9\n",
	       "test:3: \"nbma\" occurs twice");
	refuse(HEAD "nhs 9.0.0.1 nbma 9.1.1.9 priority 1 priority 1\n",
	       "test:3: \"priority\" occurs twice");
	refuse(HEAD "map 9.0.0.1 9.1.1.9\nnhs 9.0.0.1 nbma 9.1.1.8\n",
	       "test:1: interface mgre0: nhs 9.0.0.1 and its map name different nbma addresses");
}

static void incomplete_interfaces(void **state)
{
	(void)state;
	refuse("interface mgre0\n",
	       "test:1: interface mgre0 has no \"network-id NUMBER\"");
	refuse("!\ninterface mgre0\nholdtime 3\ninterface mgre1\n",
	       "test:2: interface mgre0 has no \"network-id NUMBER\"");
	refuse(HEAD "nhs 9.0.0.1\n",
	       "test:1: interface mgre0: nhs 9.0.0.1 needs \"nbma ADDRESS|NAME\", or a map");
	refuse(HEAD "holdtime 60\nregistration timeout 60\n",
	       "test:1: interface mgre0: registration timeout 60 must be less than holdtime 60");
}

static void lines_that_are_no_text(void **state)
{
	char line[1200];
	struct config_error error;

	(void)state;
	refuse("interface m\001\n",
	       "test:1: a character that is not printable ASCII");
	refuse("a b c d e f g h i j k l m n o p q\n",
	       "test:1: more than 16 words");
	assert_null(config_parse("test", "\n\0\n", 3, &error));
	assert_string_equal(error.text, "test:2: a NUL character");
	memset(line, 'x', sizeof(line));
	assert_null(config_parse("test", line, sizeof(line), &error));
	assert_string_equal(error.text,
			    "test:1: a line of more than 1023 characters");
}

#define NATIVE HEAD "protection native\n"
#define IDENTITY "identity key k certificate c authority a"

static void protection_defaults(void **state)
{
	struct config *config = parse(HEAD);
	const struct config_protection *protection =
		&config->interfaces[0].protection;

	(void)state;
	assert_int_equal(protection->kind, CONFIG_PROTECTION_NONE);
	config_free(config);
	config = parse(NATIVE "psk file network.psk\n");
	protection = &config->interfaces[0].protection;
	assert_int_equal(protection->kind, CONFIG_PROTECTION_NATIVE);
	assert_string_equal(protection->psk_file, "network.psk");
	assert_null(protection->key_file);
	assert_int_equal(protection->rekey, 3600);
	assert_int_equal(protection->udp_port, 2332);
	assert_int_equal(protection->encapsulation,
			 CONFIG_ENCAPSULATION_AUTO);
	assert_int_equal(protection->replay_window, 1024);
	config_free(config);
	config = parse(HEAD "protection none\n");
	config_free(config);
}

static void protection_statements(void **state)
{
	static const char text[] = NATIVE "psk file /run/psk\n"
		"identity revoked r authority a certificate c key k\n"
		"rekey 5\nudp port 4567\nencapsulation udp\n"
		"replay-window 33\n"
		"interface mgre1\nnetwork-id 1\nprotection ike dmvpn\n"
		"ike profile dmvpn\nauthentication psk\n";
	const struct config_protection *protection;
	struct config_error error;
	struct config *config;

	(void)state;
	config = config_parse("/etc/nhrpd/nhrpd.conf", text, strlen(text),
			      &error);
	assert_non_null(config);
	protection = &config->interfaces[0].protection;
	assert_string_equal(protection->psk_file, "/run/psk");
	assert_string_equal(protection->key_file, "/etc/nhrpd/k");
	assert_string_equal(protection->certificate_file, "/etc/nhrpd/c");
	assert_string_equal(protection->authority_file, "/etc/nhrpd/a");
	assert_string_equal(protection->revoked_file, "/etc/nhrpd/r");
	assert_int_equal(protection->rekey, 5);
	assert_int_equal(protection->udp_port, 4567);
	assert_int_equal(protection->encapsulation,
			 CONFIG_ENCAPSULATION_UDP);
	assert_int_equal(protection->replay_window, 64);
	protection = &config->interfaces[1].protection;
	assert_int_equal(protection->kind, CONFIG_PROTECTION_IKE);
	assert_string_equal(protection->profile, "dmvpn");
	config_free(config);
}

static void protection_that_is_refused(void **state)
{
	(void)state;
	refuse(HEAD "protection\n",
	       "test:3: usage: protection none|native|ike PROFILE");
	refuse(HEAD "protection nativ\n",
	       "test:3: unknown word \"nativ\", did you mean \"native\"?");
	refuse(HEAD "protection ike\n",
	       "test:3: usage: protection none|native|ike PROFILE");
	refuse(HEAD "protection native now\n",
	       "test:3: unexpected \"now\"; usage: protection none|native|ike PROFILE");
	refuse(NATIVE, "test:1: interface mgre0: \"protection native\" needs \"psk file FILE\", \"identity ...\", or both");
	refuse(HEAD "psk file f\n",
	       "test:1: interface mgre0: \"psk\" needs \"protection native\"");
	refuse(HEAD "protection ike p\nrekey 60\n",
	       "test:1: interface mgre0: \"rekey\" needs \"protection native\"");
	refuse(NATIVE "psk\n", "test:4: usage: psk file FILE");
	refuse(NATIVE "psk file\n", "test:4: usage: psk file FILE");
	refuse(NATIVE "psk secret\n",
	       "test:4: unknown word \"secret\"; known here: file");
	refuse(NATIVE "psk file f\npsk file f\n",
	       "test:5: interface mgre0 has \"psk\" already");
	refuse(NATIVE "identity key k certificate c\n",
	       "test:4: usage: identity key FILE certificate FILE authority FILE [revoked FILE]");
	refuse(NATIVE IDENTITY " key k\n", "test:4: \"key\" occurs twice");
	refuse(NATIVE "identity key\n",
	       "test:4: usage: identity key FILE certificate FILE authority FILE [revoked FILE]");
	refuse(NATIVE "rekey 0\n",
	       "test:4: rekey must be 1 to 86400, not \"0\"");
	refuse(NATIVE "udp port 65536\n",
	       "test:4: udp port must be 1 to 65535, not \"65536\"");
	refuse(NATIVE "udp 2332\n",
	       "test:4: unknown word \"2332\"; known here: port");
	refuse(NATIVE "encapsulation gre\n",
	       "test:4: unknown word \"gre\"; known here: auto, udp, esp");
	refuse(NATIVE "replay-window 4097\n",
	       "test:4: replay-window must be 32 to 4096, not \"4097\"");
}

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void remove_file(const char *folder, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(unlink(path), 0);
}

static void files_that_include_others(void **state)
{
	char folder[] = "/tmp/config_test.XXXXXX";
	struct config_error error;
	struct config *config;
	char expected[512];
	char path[256];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/main", folder);
	write_file(folder, "main", HEAD "include *.conf\ninclude nothing*\ninterface mgre9\nnetwork-id 9\n");
	write_file(folder, "1.conf", "interface mgre1\nnetwork-id 1\n");
	write_file(folder, "2.conf", "interface mgre2\nnetwork-id 2\n");
	config = config_read(path, &error);
	assert_non_null(config);
	assert_int_equal(config->interface_count, 4);
	assert_string_equal(config->interfaces[3].name, "mgre9");
	config_free(config);

	write_file(folder, "2.conf", "interface mgre2\nbad\n");
	snprintf(expected, sizeof(expected), "%s/2.conf:2: unknown word \"bad\"", folder);
	assert_null(config_read(path, &error));
	assert_memory_equal(error.text, expected, strlen(expected));

	write_file(folder, "2.conf", "include main\n");
	write_file(folder, "main", "include 2.conf\n");
	snprintf(expected, sizeof(expected), "%s/main:1: more than 8 files include each other", folder);
	assert_null(config_read(path, &error));
	assert_string_equal(error.text, expected);

	write_file(folder, "main", "include absent\n");
	snprintf(expected, sizeof(expected), "%s/main:1: can't read %s/absent", folder, folder);
	assert_null(config_read(path, &error));
	assert_string_equal(error.text, expected);

	remove_file(folder, "main");
	remove_file(folder, "1.conf");
	remove_file(folder, "2.conf");
	snprintf(expected, sizeof(expected), "%s: No such file or directory",
		 path);
	assert_null(config_read(path, &error));
	assert_string_equal(error.text, expected);
	assert_null(config_read(folder, &error));
	snprintf(expected, sizeof(expected), "%s: Is a directory", folder);
	assert_string_equal(error.text, expected);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(every_statement),
		cmocka_unit_test(ios_stanza),
		cmocka_unit_test(several_interfaces),
		cmocka_unit_test(unknown_words),
		cmocka_unit_test(values_out_of_range),
		cmocka_unit_test(addresses_that_are_none),
		cmocka_unit_test(incomplete_statements),
		cmocka_unit_test(statements_out_of_place),
		cmocka_unit_test(duplicates_and_contradictions),
		cmocka_unit_test(incomplete_interfaces),
		cmocka_unit_test(lines_that_are_no_text),
		cmocka_unit_test(protection_defaults),
		cmocka_unit_test(protection_statements),
		cmocka_unit_test(protection_that_is_refused),
		cmocka_unit_test(files_that_include_others),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
