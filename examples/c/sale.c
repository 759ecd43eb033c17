/* One sale and its return over the Unix socket, in C without a library.
 *
 *   cc -o sale sale.c && ./sale CARD RECEIPT_ID          ($POS_BRIDGE_SOCKET)
 *
 * member() finds the first text member of a name, which is enough here; a cash program has a JSON library. What goes into
 * a request (card, receipt id) must not hold quotes or backslashes.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#define TOTAL "\"total\":\"1000.00\""
#define WAIT "\"wait_ms\":5000"

static FILE *bridge_in, *bridge_out;
static char *reply;
static size_t reply_size;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_sec = 15}; /* above the longest wait_ms */
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (strlen(path) >= sizeof address.sun_path) {
		fprintf(stderr, "%s: too long for a socket\n", path);
		exit(1);
	}
	strcpy(address.sun_path, path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		die(path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	bridge_in = fdopen(fd, "r");
	bridge_out = fdopen(fd, "w");
	if (!bridge_in || !bridge_out)
		die("fdopen");
}

/* Send one request and leave its answer in `reply`; end the program on an error. */
static void call(const char *method, const char *params, ...)
{
	va_list values;

	fprintf(bridge_out, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":{", method);
	va_start(values, params);
	vfprintf(bridge_out, params, values);
	va_end(values);
	fputs("}}\n", bridge_out);
	if (fflush(bridge_out) != 0 || getline(&reply, &reply_size, bridge_in) < 0)
		die(method);
	if (strstr(reply, "\"error\":")) {
		fprintf(stderr, "%s: %s", method, reply);
		exit(1);
	}
}

/* The first text member called `name` of the reply. */
static const char *member(const char *name)
{
	static char value[256];
	char wanted[64];
	const char *begin, *end;

	snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
	begin = strstr(reply, wanted);
	end = begin ? strchr(begin + strlen(wanted), '"') : NULL;
	if (!end)
		return "not known";
	begin += strlen(wanted);
	snprintf(value, sizeof value, "%.*s", (int)(end - begin), begin);
	return value;
}

int main(int argc, char **argv)
{
	const char *path = getenv("POS_BRIDGE_SOCKET");
	const char *card, *receipt;

	if (argc != 3) {
		fprintf(stderr, "usage: %s CARD RECEIPT_ID\n", argv[0]);
		return 2;
	}
	card = argv[1];
	receipt = argv[2];
	connect_to(path ? path : "/run/pos-bridge/pos.sock");

	call("receipt.open", "\"receipt_id\":\"%s\",\"operation\":\"sale\"", receipt);
	call("card.resolve", "\"receipt_id\":\"%s\",\"code\":\"%s\"," WAIT, receipt, card);
	printf("opened %s, card of %s\n", receipt, member("holder"));

	call("receipt.limits", "\"receipt_id\":\"%s\"," TOTAL "," WAIT, receipt);
	printf("may spend %s\n", member("max_redeem"));

	call("receipt.redeem", "\"receipt_id\":\"%s\",\"points\":\"200.00\"," WAIT, receipt);
	printf("redeemed %s\n", member("points"));

	/* Points are held here; then print the fiscal paper, then close. */
	call("receipt.prepare", "\"receipt_id\":\"%s\"," TOTAL "," WAIT, receipt);
	call("receipt.close", "\"receipt_id\":\"%s\"," TOTAL "," WAIT, receipt);
	printf("closed: %s, ", member("state"));
	printf("redeemed %s\n", member("redeemed"));

	call("receipt.open", "\"receipt_id\":\"%s-return\",\"operation\":\"refund\",\"base\":{\"receipt_id\":\"%s\"}",
	     receipt, receipt);
	call("receipt.close", "\"receipt_id\":\"%s-return\"," TOTAL "," WAIT, receipt);
	printf("refunded: %s, ", member("state"));
	printf("restored %s\n", member("restored"));
	return 0;
}
