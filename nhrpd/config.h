/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration file as plain data; nhrpd.conf(5) describes the language.
 */
#ifndef NHRPD_CONFIG_H
#define NHRPD_CONFIG_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet/address.h"
#include "packet/packet.h"

#define CONFIG_FILE "/etc/nhrpd/nhrpd.conf"
#define CONFIG_HOLDTIME 7200		/* seconds */
#define CONFIG_REDIRECT_INTERVAL 8	/* seconds */
#define CONFIG_NAME_MAX 253		/* characters of a DNS name */
#define CONFIG_ERROR_MAX 512
#define CONFIG_PROFILE_MAX 64		/* with NUL */
#define CONFIG_REKEY 3600		/* seconds */
#define CONFIG_UDP_PORT 2332
#define CONFIG_REPLAY_WINDOW 1024	/* packets */
#define CONFIG_VICI_SOCKET "/var/run/charon.vici"

/**
 * struct config_nhs - a next hop server to register with
 * @family: AF_INET or AF_INET6: of its protocol address
 * @protocol: its protocol address; empty for "dynamic": learnt from its
 *	      Registration Reply
 * @nbma: its NBMA address; empty if @nbma_name must be resolved
 * @nbma_name: its DNS name, or ""
 * @priority: 0 is best; only the best that answer are registered with
 * @multicast: send it multicast and broadcast packets
 * @fallback: it carries packets whose next hop is not resolved
 */
struct config_nhs {
	int family;
	struct nhrp_address protocol;
	struct nhrp_address nbma;
	char nbma_name[CONFIG_NAME_MAX + 1];
	uint8_t priority;
	bool multicast;
	bool fallback;
};

/**
 * struct config_map - a static mapping
 * @protocol: protocol address
 * @nbma: NBMA address
 * @multicast: send it multicast and broadcast packets
 */
struct config_map {
	struct nhrp_address protocol;
	struct nhrp_address nbma;
	bool multicast;
};

enum config_protection_kind {
	CONFIG_PROTECTION_NONE,
	CONFIG_PROTECTION_NATIVE,
	CONFIG_PROTECTION_IKE,
};

enum config_encapsulation {
	CONFIG_ENCAPSULATION_AUTO,	/* UDP if there is a NAT */
	CONFIG_ENCAPSULATION_UDP,
	CONFIG_ENCAPSULATION_ESP,
};

/**
 * struct config_protection - IPsec of an interface
 * @kind: who makes the keys
 * @profile: name of the IKE profile, CONFIG_PROTECTION_IKE only; the others
 *	     are for CONFIG_PROTECTION_NATIVE only
 * @psk_file: network pre-shared key, or NULL
 * @key_file: own private key, or NULL; goes with the next two
 * @certificate_file: own certificate
 * @authority_file: certificate of the network's authority
 * @revoked_file: serial numbers not to be trusted any more, or NULL
 * @rekey: seconds that keys are used
 * @udp_port: of the key exchange, and of ESP in UDP
 * @encapsulation: of ESP
 * @replay_window: packets
 */
struct config_protection {
	enum config_protection_kind kind;
	char profile[CONFIG_PROFILE_MAX];
	char *psk_file;
	char *key_file;
	char *certificate_file;
	char *authority_file;
	char *revoked_file;
	uint32_t rekey;
	uint16_t udp_port;
	enum config_encapsulation encapsulation;
	uint32_t replay_window;
};

/**
 * struct config_ike_profile - how IKE authenticates and encrypts
 * @name: as "protection ike NAME" has it
 * @psk: pre-shared keys instead of certificates
 * @local_id: own identity as strongSwan writes it, or NULL: its default
 * @remote_id: whom to accept, or NULL: anybody with a trusted certificate
 * @ike_proposals, @esp_proposals: in strongSwan's words, separated by commas,
 *				  or NULL: its default
 * @socket: of strongSwan's VICI
 * @rekey: seconds that the keys of SAs are used
 * @version: of IKE: 1 or 2; 0: 2 to ask, both to answer
 */
struct config_ike_profile {
	char name[CONFIG_PROFILE_MAX];
	bool psk;
	char *local_id;
	char *remote_id;
	char *ike_proposals;
	char *esp_proposals;
	char *socket;
	uint32_t rekey;
	uint8_t version;
};

/**
 * struct config_interface - one interface
 * @name: of the device
 * @network_id: interfaces with the same number are one NHRP network; never 0
 * @holdtime: seconds that others may keep what we tell them
 * @authentication: Cisco's plain-text string, or ""
 * @redirect: tell sources of hairpinned traffic of a better way
 * @redirect_interval: seconds between two such indications
 * @shortcut: resolve what others indicate and install routes
 * @registration_unique: register with the U bit
 * @registration_timeout: seconds between registrations; 0: @holdtime / 3
 * @mtu: to announce in CIEs, bytes; 0: none
 * @multicast_dynamic: replicate multicast to every registered client
 * @nhs: array of @nhs_count
 * @maps: array of @map_count; at most one for a protocol address
 * @multicast: array of @multicast_count NBMA addresses that get multicast
 * @protection: IPsec
 *
 * No @nhs has the @protocol of another (but "dynamic"), and every one has
 * either @nbma or @nbma_name. "map A" belongs to "nhs A" if there is one, and
 * is not in @maps then.
 */
struct config_interface {
	char name[IF_NAMESIZE];
	uint32_t network_id;
	uint16_t holdtime;
	char authentication[NHRP_AUTHENTICATION_MAX + 1];
	bool redirect;
	uint16_t redirect_interval;
	bool shortcut;
	bool registration_unique;
	uint16_t registration_timeout;
	uint16_t mtu;
	bool multicast_dynamic;
	struct config_nhs *nhs;
	size_t nhs_count;
	struct config_map *maps;
	size_t map_count;
	struct nhrp_address *multicast;
	size_t multicast_count;
	struct config_protection protection;
};

/**
 * struct config - a whole configuration
 * @interfaces: array of @interface_count, each name once, in file order
 * @ike_profiles: array of @ike_profile_count, each name once
 */
struct config {
	struct config_interface *interfaces;
	size_t interface_count;
	struct config_ike_profile *ike_profiles;
	size_t ike_profile_count;
};

/**
 * struct config_error - what is wrong with a configuration
 * @text: "file:line: what is wrong and what is allowed"
 */
struct config_error {
	char text[CONFIG_ERROR_MAX];
};

/**
 * config_read - read a configuration file and what it includes
 * @path: the file
 * @error: filled if it is refused
 *
 * Return: the configuration, to be freed with config_free(), or NULL.
 */
struct config *config_read(const char *path, struct config_error *error);

/**
 * config_parse - read a configuration from memory
 * @name: stands for the file name in errors
 * @text: the statements, need not end in NUL
 * @length: bytes there
 * @error: filled if it is refused
 *
 * Does no I/O; "include" is refused.
 *
 * Return: as config_read().
 */
struct config *config_parse(const char *name, const char *text, size_t length,
			    struct config_error *error);

/** config_free - free a configuration and all in it; NULL is allowed */
void config_free(struct config *config);

/**
 * config_protection_equal - whether sessions can go on
 *
 * Times between two keys and the replay window may differ.
 */
bool config_protection_equal(const struct config_protection *a,
			     const struct config_protection *b);

/** config_find - the interface of a name, or NULL */
const struct config_interface *config_find(const struct config *config,
					   const char *name);

/** config_find_ike - the IKE profile of a name, or NULL */
const struct config_ike_profile *config_find_ike(const struct config *config,
						 const char *name);

/** config_ike_copy - a copy with texts of its own; false: no memory */
bool config_ike_copy(struct config_ike_profile *copy,
		     const struct config_ike_profile *profile);

/** config_ike_free - free what a profile points to */
void config_ike_free(struct config_ike_profile *profile);

#endif /* NHRPD_CONFIG_H */
