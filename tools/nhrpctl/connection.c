// SPDX-License-Identifier: GPL-2.0-or-later
#include "connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct connection {
	const char *path;
	FILE *from;
	FILE *to;
	char *line;
	size_t size;
};

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		fprintf(stderr, "nhrpctl: %s: longer than a socket's name can "
			"be (%zu characters)\n", path,
			sizeof(address.sun_path) - 1);
		return -1;
	}
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&address,
				sizeof(address)))
		return fd;
	fprintf(stderr, "nhrpctl: no nhrpd at %s: %s\n", path,
		strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

struct connection *connection_open(const char *path)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	int fd = connection ? connect_to(path) : -1;
	int copy = fd < 0 ? -1 : dup(fd);

	if (copy < 0) {
		if (fd >= 0)
			close(fd);
		free(connection);
		return NULL;
	}
	connection->path = path;
	connection->from = fdopen(fd, "r");
	connection->to = fdopen(copy, "w");
	return connection;
}

void connection_close(struct connection *connection)
{
	if (!connection)
		return;
	fclose(connection->from);
	fclose(connection->to);
	free(connection->line);
	free(connection);
}

int connection_send(struct connection *connection, const char *const *words,
		    size_t count)
{
	struct json_object *request = json_object_new_object();
	struct json_object *command = json_object_new_array();
	int error;

	for (size_t i = 0; i < count; i++)
		json_object_array_add(command,
				      json_object_new_string(words[i]));
	json_object_object_add(request, "command", command);
	fprintf(connection->to, "%s\n",
		json_object_to_json_string_ext(request,
					       JSON_C_TO_STRING_PLAIN));
	json_object_put(request);
	error = fflush(connection->to);
	if (error)
		fprintf(stderr, "nhrpctl: %s: %s\n", connection->path,
			strerror(errno));
	return error ? -1 : 0;
}

struct json_object *connection_receive(struct connection *connection)
{
	struct json_object *object;

	errno = 0;
	if (getline(&connection->line, &connection->size,
		    connection->from) < 0) {
		fprintf(stderr, "nhrpctl: %s: %s\n", connection->path,
			errno ? strerror(errno) :
			"nhrpd closed the connection");
		return NULL;
	}
	object = json_tokener_parse(connection->line);
	if (!json_object_is_type(object, json_type_object)) {
		fprintf(stderr, "nhrpctl: %s: not an answer of nhrpd\n",
			connection->path);
		json_object_put(object);
		return NULL;
	}
	return object;
}
