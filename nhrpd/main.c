// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nhrpd: options, signals and the loop.
 */
#include <getopt.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "config.h"
#include "control.h"
#include "daemon.h"
#include "log.h"
#include "privileges.h"
#include "sd_notify.h"

/* Turns of the loop until all that was closed is free. */
#define MAIN_DRAIN 10

enum main_exit {
	MAIN_OK = 0,
	MAIN_FAILED = 1,
	MAIN_USAGE = 2,
};

/* What the command line says. */
struct main_options {
	const char *config_path;
	const char *socket_path;
	const char *user;
	bool test;
};

static const char main_help[] =
	"Usage: nhrpd [-f FILE] [-S SOCKET] [-u USER] [-t]\n"
	"\n"
	"Next hop resolution (NHRP, RFC 2332) for mgre devices: DMVPN for Linux.\n"
	"\n"
	"  -f, --file FILE      configuration, default " CONFIG_FILE "\n"
	"  -S, --socket SOCKET  for nhrpctl, default " CONTROL_SOCKET "\n"
	"  -u, --user USER      run as this user if started as root\n"
	"  -t, --test           check the configuration and exit\n"
	"  -h, --help           this text\n"
	"  -V, --version        the version\n"
	"\n"
	"Runs in the foreground and logs to standard error. SIGHUP reads the\n"
	"configuration again; SIGTERM ends nhrpd and leaves the tunnels working.\n";

static const struct option main_long[] = {
	{ "file", required_argument, NULL, 'f' },
	{ "socket", required_argument, NULL, 'S' },
	{ "user", required_argument, NULL, 'u' },
	{ "test", no_argument, NULL, 't' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* Returns an exit code, or -1 to go on. */
static int main_parse(int argc, char **argv, struct main_options *options)
{
	int option;

	while ((option = getopt_long(argc, argv, "f:S:u:thV", main_long,
				     NULL)) != -1) {
		switch (option) {
		case 'f':
			options->config_path = optarg;
			break;
		case 'S':
			options->socket_path = optarg;
			break;
		case 'u':
			options->user = optarg;
			break;
		case 't':
			options->test = true;
			break;
		case 'h':
			fputs(main_help, stdout);
			return MAIN_OK;
		case 'V':
			puts("nhrpd " VERSION);
			return MAIN_OK;
		default:
			fputs("Try 'nhrpd --help'.\n", stderr);
			return MAIN_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "nhrpd: unexpected argument \"%s\"\n"
			"Try 'nhrpd --help'.\n", argv[optind]);
		return MAIN_USAGE;
	}
	return -1;
}

static void main_terminate(uv_signal_t *signal, int number)
{
	(void)number;
	uv_stop(signal->loop);
}

static void main_reload(uv_signal_t *signal, int number)
{
	struct daemon *daemon = signal->data;
	char *error = NULL;

	(void)number;
	sd_notify_reloading();
	if (daemon_reload(daemon, &error))
		log_error("not reloaded: %s", error ? error : "out of memory");
	free(error);
	sd_notify_send("READY=1");
}

static void main_watch(struct daemon *daemon, uv_signal_t *signal, int number,
		       uv_signal_cb handler)
{
	uv_signal_init(daemon->loop, signal);
	signal->data = daemon;
	uv_signal_start(signal, handler, number);
}

/*
 * Let what was closed be freed. A name that a resolver does not answer to
 * cannot be given up, and even exit() would wait for it.
 */
static void main_drain(uv_loop_t *loop, int code)
{
	unsigned int rounds = MAIN_DRAIN;

	while (rounds-- && uv_run(loop, UV_RUN_NOWAIT))
		;
	if (!uv_loop_close(loop))
		return;
	fflush(NULL);
	_exit(code);
}

static int main_run(struct daemon *daemon, struct config *config,
		    const char *socket_path)
{
	uv_signal_t terminate, interrupt, reload;
	struct control *control = NULL;
	int code = MAIN_FAILED;

	main_watch(daemon, &terminate, SIGTERM, main_terminate);
	main_watch(daemon, &interrupt, SIGINT, main_terminate);
	main_watch(daemon, &reload, SIGHUP, main_reload);
	if (!daemon_start(daemon, config))
		control = control_start(daemon, socket_path);
	if (control) {
		sd_notify_close_others();
		sd_notify_send("READY=1");
		log_info("version " VERSION " ready");
		uv_run(daemon->loop, UV_RUN_DEFAULT);
		sd_notify_stopping();
		code = MAIN_OK;
	}
	control_stop(control);
	daemon_stop(daemon);
	uv_close((uv_handle_t *)&terminate, NULL);
	uv_close((uv_handle_t *)&interrupt, NULL);
	uv_close((uv_handle_t *)&reload, NULL);
	main_drain(daemon->loop, code);
	return code;
}

int main(int argc, char **argv)
{
	struct main_options options = {
		.config_path = CONFIG_FILE,
		.socket_path = CONTROL_SOCKET,
	};
	struct daemon daemon = { 0 };
	struct config_error error;
	struct config *config;
	uv_loop_t loop;
	int code;

	code = main_parse(argc, argv, &options);
	if (code >= 0)
		return code;
	if (privileges_drop(options.user))
		return MAIN_FAILED;
	config = config_read(options.config_path, &error);
	if (!config) {
		log_error("%s", error.text);
		return MAIN_FAILED;
	}
	if (options.test) {
		config_free(config);
		return MAIN_OK;
	}
	signal(SIGPIPE, SIG_IGN);
	if (sodium_init() < 0 || uv_loop_init(&loop)) {
		log_error("no randomness or no event loop");
		return MAIN_FAILED;
	}
	daemon.loop = &loop;
	daemon.config_path = options.config_path;
	return main_run(&daemon, config, options.socket_path);
}
