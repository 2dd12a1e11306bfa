# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# strongSwan, as Debian has it, on routers of the reference topology: one
# charon in each namespace, with a VICI socket of its own, a key that all
# share or certificates of an authority made here. Source it after lib.sh and
# topology.sh.

strongswan_charon=/usr/sbin/charon-systemd
strongswan_plugins="random nonce openssl pem pkcs1 pkcs8 x509 pubkey \
constraints hmac kdf kernel-netlink socket-default vici"

# strongswan_require: skip the test unless strongSwan and ESP are there.
strongswan_require()
{
	[ -x $strongswan_charon ] || skip_all "strongSwan is not installed"
	require_command swanctl
	require_module esp4
}

# strongswan_folder PART: where all is that belongs to a router's strongSwan.
strongswan_folder()
{
	echo "$TMPDIR/strongswan-$1"
}

# What else strongswan.conf is to say of charon-systemd.
strongswan_settings=

# strongswan_config PART: its strongswan.conf on standard output.
strongswan_config()
{
	local folder
	folder=$(strongswan_folder "$1")

	cat <<-CONFIG
	charon-systemd {
		load = $strongswan_plugins
		install_routes = no
		retransmit_timeout = 1
		retransmit_tries = 4
		$strongswan_settings
		plugins {
			vici {
				socket = unix://$folder/vici
			}
		}
		filelog {
			log {
				path = $folder/log
				default = 1
				flush_line = yes
			}
		}
	}
	CONFIG
}

# strongswan_start PART: start it, wait until it answers. Its process id is in
# the variable PART_strongswan_pid.
strongswan_start()
{
	local folder
	folder=$(strongswan_folder "$1")

	mkdir -p "$folder/x509" "$folder/x509ca" "$folder/private"
	rm -f "$folder/vici"
	strongswan_config "$1" > "$folder/strongswan.conf"
	STRONGSWAN_CONF=$folder/strongswan.conf ip netns exec "${!1}" \
		$strongswan_charon > "$folder/out" 2>&1 &
	printf -v "$1_strongswan_pid" '%s' $!
	if ! busywait 30000 test -S "$folder/vici" > /dev/null ||
	   ! strongswan_credentials "$1"; then
		echo "# strongSwan of $1 does not start"
		sed 's/^/# /' "$folder/out" "$folder/log" "$folder/creds"
		return 1
	fi
}

# strongswan_stop PART SIGNAL: end it.
strongswan_stop()
{
	local pid=$1_strongswan_pid

	kill "-$2" "${!pid}"
	wait "${!pid}" 2>/dev/null
}

# strongswan_ctl PART WORD...: swanctl with a router's strongSwan.
strongswan_ctl()
{
	local folder
	folder=$(strongswan_folder "$1")
	shift

	SWANCTL_DIR=$folder STRONGSWAN_CONF=$folder/strongswan.conf \
		swanctl "$@" --uri "unix://$folder/vici"
}

# strongswan_secret: the key that all share, as a swanctl.conf has it, on
# standard output.
strongswan_secret()
{
	printf 'secrets {\n ike-all {\n  secret = "%s"\n }\n}\n' \
		"a key that all routers share"
}

# strongswan_credentials PART: let it read keys and certificates again.
strongswan_credentials()
{
	local folder
	folder=$(strongswan_folder "$1")

	[ -e "$folder/swanctl.conf" ] ||
		strongswan_secret > "$folder/swanctl.conf"
	strongswan_ctl "$1" --load-creds --file "$folder/swanctl.conf" \
		> "$folder/creds" 2>&1
}

# strongswan_authority: make an authority, for strongswan_certificate.
strongswan_authority()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/O=Example/CN=Authority" -days 2 \
		-keyout "$TMPDIR/authority.key" -out "$TMPDIR/authority.pem" \
		2>/dev/null
}

# strongswan_certificate PART NAME: make a key and a certificate for a router,
# and no key that all share.
strongswan_certificate()
{
	local folder
	folder=$(strongswan_folder "$1")

	mkdir -p "$folder/x509" "$folder/x509ca" "$folder/private"
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/O=Example/CN=$2" -keyout "$folder/private/key.pem" \
		-out "$folder/request" 2>/dev/null &&
	openssl x509 -req -in "$folder/request" -days 1 \
		-CA "$TMPDIR/authority.pem" -CAkey "$TMPDIR/authority.key" \
		-CAcreateserial -out "$folder/x509/certificate.pem" \
		-extfile <(echo "subjectAltName=DNS:$2") 2>/dev/null &&
	cp "$TMPDIR/authority.pem" "$folder/x509ca/" &&
	touch "$folder/swanctl.conf"
}

# strongswan_nhrpd PART [STATEMENT...]: a router's nhrpd protected by its
# strongSwan; the statements are more of the profile (PSK unless they say
# otherwise).
strongswan_nhrpd()
{
	local part=$1 statement
	shift

	if [ $# -eq 0 ] || [[ $* != *authentication* ]]; then
		set -- "authentication psk" "$@"
	fi
	{
		topology_config "$part" "protection ike dmvpn"
		echo "ike profile dmvpn"
		echo " socket $(strongswan_folder "$part")/vici"
		for statement in "$@"; do
			echo " $statement"
		done
	} > "$TMPDIR/$part.conf"
	topology_nhrpd "$part"
}
