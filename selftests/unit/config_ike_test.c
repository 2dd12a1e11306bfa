// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKE profiles in the configuration.
 */
#include <string.h>

#include "config.h"
#include "test.h"

#define INTERFACE "interface mgre0\nnetwork-id 1\nprotection ike dmvpn\n"
#define PROFILE "ike profile dmvpn\nauthentication psk\n"

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

	if (config_parse("test", text, strlen(text), &error))
		fail_msg("accepted: %s", text);
	assert_string_equal(error.text, expected);
}

static void defaults(void **state)
{
	struct config *config = parse(PROFILE);
	const struct config_ike_profile *profile;

	(void)state;
	profile = config_find_ike(config, "dmvpn");
	assert_non_null(profile);
	assert_true(profile->psk);
	assert_null(profile->local_id);
	assert_null(profile->remote_id);
	assert_null(profile->ike_proposals);
	assert_null(profile->esp_proposals);
	assert_string_equal(profile->socket, "/var/run/charon.vici");
	assert_int_equal(profile->rekey, 3600);
	assert_int_equal(profile->version, 0);
	assert_null(config_find_ike(config, "other"));
	config_free(config);
}

static void everything(void **state)
{
	struct config *config =
		parse("ike profile a\nauthentication certificate\n"
		      "local id C=CH, O=Example,  CN=hub # and so on\n"
		      "remote id C=CH, O=Example, CN=*\n"
		      "proposals aes256-sha256-modp2048,aes128gcm16-x25519\n"
		      "esp proposals aes256gcm16-esn\nsocket /run/a\n"
		      "rekey 600\nversion 1\n" INTERFACE PROFILE);
	const struct config_ike_profile *profile;
	struct config_ike_profile copy;

	(void)state;
	assert_int_equal(config->ike_profile_count, 2);
	profile = config_find_ike(config, "a");
	assert_false(profile->psk);
	assert_true(config_ike_copy(&copy, profile));
	assert_string_equal(copy.local_id, "C=CH, O=Example, CN=hub");
	assert_string_equal(copy.remote_id, "C=CH, O=Example, CN=*");
	assert_string_equal(copy.ike_proposals,
			    "aes256-sha256-modp2048,aes128gcm16-x25519");
	assert_string_equal(copy.esp_proposals, "aes256gcm16-esn");
	assert_string_equal(copy.socket, "/run/a");
	assert_int_equal(copy.rekey, 600);
	assert_int_equal(copy.version, 1);
	config_ike_free(&copy);
	config_free(config);
}

static void refusals(void **state)
{
	(void)state;
	refuse(INTERFACE,
	       "test:4: interface mgre0: there is no \"ike profile dmvpn\"");
	refuse("ike dmvpn\n", "test:1: usage: ike profile NAME");
	refuse("ike profile a b\n",
	       "test:1: unexpected \"b\"; usage: ike profile NAME");
	refuse(PROFILE PROFILE,
	       "test:3: ike profile dmvpn is already there");
	refuse("ike profile a\nrekey 60\n",
	       "test:1: ike profile a has no \"authentication psk|certificate\"");
	refuse("ike profile a\nauthentication certificate\n",
	       "test:1: ike profile a: \"authentication certificate\" needs \"local id IDENTITY\"");
	refuse("ike profile a\nauthentication secret\n",
	       "test:2: unknown word \"secret\"; known here: psk, certificate");
	refuse(PROFILE "authentication psk\n",
	       "test:3: ike profile dmvpn has \"authentication\" already");
	refuse(PROFILE "ip nhrp rekey 60\n",
	       "test:3: an ike profile has no \"ip nhrp\" statements");
	refuse(PROFILE "network-id 1\n",
	       "test:3: unknown word \"network-id\"; known here: authentication, esp, local, proposals, rekey, remote, socket, version");
	refuse(PROFILE "local identity x\n",
	       "test:3: usage: local id IDENTITY");
	refuse(PROFILE "local id\n", "test:3: usage: local id IDENTITY");
	refuse(PROFILE "proposals aes256!\n",
	       "test:3: proposals are written as \"aes256-sha256-modp2048,aes128-sha1-modp1536\"");
	refuse(PROFILE "esp aes256\n",
	       "test:3: usage: esp proposals PROPOSAL[,PROPOSAL]...");
	refuse(PROFILE "socket charon.vici\n",
	       "test:3: socket must be a path of at most 107 characters that begins with /");
	refuse(PROFILE "rekey 1\n",
	       "test:3: rekey must be 10 to 86400, not \"1\"");
	refuse(PROFILE "version 3\n",
	       "test:3: version must be 1 to 2, not \"3\"");
	refuse("local id a\n",
	       "test:1: unknown word \"local\"; known here: include, interface, authentication, encapsulation, holdtime, identity, ike, map, mtu, network-id, nhs, protection, psk, redirect, registration, rekey, replay-window, shortcut, udp");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(everything),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
