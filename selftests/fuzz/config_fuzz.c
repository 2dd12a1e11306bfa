// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any text is a configuration that keeps the promises of config.h, or is
 * refused with an error that names the place.
 */
#include <stdlib.h>
#include <string.h>

#include "config.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void check(const struct config_interface *interface)
{
	const struct config_nhs *nhs;
	size_t i;

	expect(interface->name[0] && interface->network_id &&
	       interface->holdtime);
	expect(interface->registration_timeout < interface->holdtime);
	expect(strlen(interface->authentication) <= NHRP_AUTHENTICATION_MAX);
	for (i = 0; i < interface->nhs_count; i++) {
		nhs = &interface->nhs[i];
		expect(!nhs->nbma.length == !!nhs->nbma_name[0]);
		expect(strlen(nhs->nbma_name) <= CONFIG_NAME_MAX);
		expect(nhs->protocol.length == 0 ||
		       !nhrp_address_is_any(&nhs->protocol));
	}
	for (i = 0; i < interface->map_count; i++)
		expect(interface->maps[i].protocol.length &&
		       interface->maps[i].nbma.length);
	for (i = 0; i < interface->multicast_count; i++)
		expect(interface->multicast[i].length != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_error error = { "" };
	struct config *config;
	size_t i;

	config = config_parse("fuzz", (const char *)data, size, &error);
	if (!config) {
		expect(!strncmp(error.text, "fuzz:", 5));
		return 0;
	}
	for (i = 0; i < config->interface_count; i++) {
		check(&config->interfaces[i]);
		expect(config_find(config, config->interfaces[i].name) ==
		       &config->interfaces[i]);
	}
	config_free(config);
	return 0;
}
