/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What follows "ca init", "ca sign" and "ca show". */
#ifndef NHRPCTL_CA_OPTIONS_H
#define NHRPCTL_CA_OPTIONS_H

#include "identity/certificate.h"

/**
 * struct ca_options - a command line that was understood
 * @argument: name or file, the word that is no option, or NULL
 * @days: of validity; 0: not given
 * @key: public key in base64 or its file, or NULL
 * @certificate: file to write, or NULL
 * @authority: file to check with, or NULL
 * @claims: its addresses, prefixes and groups are those given
 */
struct ca_options {
	const char *argument;
	unsigned int days;
	const char *key;
	const char *certificate;
	const char *authority;
	struct certificate claims;
};

/**
 * ca_options_parse() - understand options
 * @argc: words
 * @argv: the first is the command, the others are put into another order
 * @allowed: letters of the options that the command has: a(ddress), p(refix),
 *	     g(roup), d(ays), k(ey), c(ertificate), A(uthority)
 * @options: the result
 *
 * Return: 0, or -1 with a message on stderr.
 */
int ca_options_parse(int argc, char *const *argv, const char *allowed,
		     struct ca_options *options);

#endif /* NHRPCTL_CA_OPTIONS_H */
