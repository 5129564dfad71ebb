// Canned HTTP/1.1 answers: a server that does not hide what a client costs.
//
// usage: canned-http1 [-c CERT -k KEY] WEIGHT:FILE...
//
// Each file holds one whole answer, byte by byte as it goes out; they are drawn by their weights. The
// first sixteen '#' in a row within a file become a number that does not recur. Whatever ends with an
// empty line is a request: there are no bodies. With PEM files it speaks TLS. It prints its address
// and ends when its standard input does.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_ANSWERS = 8, MAX_EVENTS = 256, READ_BYTES = 16384, NUMBER_BYTES = 16 };
static const char PLACEHOLDER[] = "################";
static const char END_OF_HEAD[] = "\r\n\r\n";

struct answer {
  unsigned weight;
  char *bytes;
  size_t length;
  // Where the number goes; NULL where there is none.
  char *number;
};

struct connection {
  int fd;
  SSL *tls;
  // How much of END_OF_HEAD the bytes read so far end with.
  int matched;
  // What the socket did not take; nothing is read until it has.
  char *rest;
  size_t rest_length, rest_sent;
};

static struct answer answers[MAX_ANSWERS];
static int answer_count;
static unsigned weight_sum;
static uint64_t random_state = 0x9e3779b97f4a7c15;
static int epoll_fd;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}

static void load_answer(const char *text) {
  char *file;
  struct answer *answer = &answers[answer_count];
  answer->weight = (unsigned)strtoul(text, &file, 10);
  FILE *stream = *file == ':' && answer_count < MAX_ANSWERS ? fopen(file + 1, "rb") : NULL;
  if (!stream) die(text);
  fseek(stream, 0, SEEK_END);
  answer->length = (size_t)ftell(stream);
  rewind(stream);
  answer->bytes = malloc(answer->length);
  if (!answer->bytes || fread(answer->bytes, 1, answer->length, stream) != answer->length) die(text);
  fclose(stream);
  answer->number = memmem(answer->bytes, answer->length, PLACEHOLDER, NUMBER_BYTES);
  weight_sum += answer->weight;
  answer_count += 1;
}

// An answer by its weight, with its number renewed.
static struct answer *draw(void) {
  uint64_t number = next_random();
  unsigned point = (unsigned)((number >> 32) % weight_sum);
  struct answer *answer = answers;
  while (point >= answer->weight) point -= (answer++)->weight;
  if (answer->number) {
    for (int at = 0; at < NUMBER_BYTES; at++, number >>= 4) {
      answer->number[at] = "0123456789abcdef"[number & 15];
    }
  }
  return answer;
}

static void close_connection(struct connection *connection) {
  if (connection->tls) SSL_free(connection->tls);
  close(connection->fd);
  free(connection->rest);
  free(connection);
}

// 0 where it would have to wait, -1 where the connection is over.
static ssize_t write_some(struct connection *connection, const char *bytes, size_t length) {
  if (connection->tls) {
    int written = SSL_write(connection->tls, bytes, (int)length);
    if (written > 0) return written;
    return SSL_get_error(connection->tls, written) == SSL_ERROR_WANT_WRITE ? 0 : -1;
  }
  ssize_t written = send(connection->fd, bytes, length, MSG_NOSIGNAL);
  if (written >= 0) return written;
  return errno == EAGAIN ? 0 : -1;
}

static ssize_t read_some(struct connection *connection, char *bytes, size_t length) {
  if (connection->tls) {
    int taken = SSL_read(connection->tls, bytes, (int)length);
    if (taken > 0) return taken;
    return SSL_get_error(connection->tls, taken) == SSL_ERROR_WANT_READ ? 0 : -1;
  }
  ssize_t taken = recv(connection->fd, bytes, length, 0);
  if (taken > 0) return taken;
  return taken < 0 && errno == EAGAIN ? 0 : -1;
}

static void watch(struct connection *connection, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = connection};
  if (epoll_ctl(epoll_fd, operation, connection->fd, &event)) die("epoll_ctl");
}

static int send_answer(struct connection *connection) {
  struct answer *answer = draw();
  size_t sent = 0;
  if (!connection->rest) {
    while (sent < answer->length) {
      ssize_t written = write_some(connection, answer->bytes + sent, answer->length - sent);
      if (written < 0) return -1;
      if (written == 0) break;
      sent += (size_t)written;
    }
    if (sent == answer->length) return 0;
  }
  // The next answer takes the bytes of this one: what is left of it is copied.
  size_t before = connection->rest_length;
  connection->rest_length += answer->length - sent;
  connection->rest = realloc(connection->rest, connection->rest_length);
  if (!connection->rest) die("realloc");
  memcpy(connection->rest + before, answer->bytes + sent, answer->length - sent);
  if (before == 0) watch(connection, EPOLL_CTL_MOD, EPOLLOUT);
  return 0;
}

static int send_rest(struct connection *connection) {
  while (connection->rest_sent < connection->rest_length) {
    ssize_t written = write_some(connection, connection->rest + connection->rest_sent,
                                 connection->rest_length - connection->rest_sent);
    if (written < 0) return -1;
    if (written == 0) return 0;
    connection->rest_sent += (size_t)written;
  }
  free(connection->rest);
  connection->rest = NULL;
  connection->rest_length = connection->rest_sent = 0;
  watch(connection, EPOLL_CTL_MOD, EPOLLIN);
  return 0;
}

static int answer_requests(struct connection *connection) {
  static char bytes[READ_BYTES];
  do {
    ssize_t length = read_some(connection, bytes, sizeof bytes);
    if (length <= 0) return (int)length;
    for (ssize_t at = 0; at < length; at++) {
      char expected = END_OF_HEAD[connection->matched];
      connection->matched = bytes[at] == expected ? connection->matched + 1 : bytes[at] == '\r';
      if (connection->matched < 4) continue;
      connection->matched = 0;
      if (send_answer(connection)) return -1;
    }
    // OpenSSL keeps bytes that epoll does not see.
  } while (connection->tls && !connection->rest);
  return 0;
}

static int choose_protocol(SSL *tls, const unsigned char **chosen, unsigned char *length,
                           const unsigned char *offered, unsigned int offered_length, void *context) {
  static const unsigned char ours[] = "\x08http/1.1";
  (void)tls, (void)context;
  int result = SSL_select_next_proto((unsigned char **)chosen, length, ours, sizeof ours - 1, offered,
                                     offered_length);
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static SSL_CTX *tls_context(const char *cert, const char *key) {
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  if (!context || SSL_CTX_use_certificate_chain_file(context, cert) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) {
    ERR_print_errors_fp(stderr);
    exit(1);
  }
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
  return context;
}

static int listen_on_loopback(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) || listen(fd, SOMAXCONN) ||
      getsockname(fd, (struct sockaddr *)&address, &length)) {
    die("listen");
  }
  printf("127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

static void accept_connections(int listener, SSL_CTX *context) {
  int fd;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection) die("calloc");
    connection->fd = fd;
    if (context) {
      connection->tls = SSL_new(context);
      if (!connection->tls) die("SSL_new");
      SSL_set_fd(connection->tls, fd);
      SSL_set_accept_state(connection->tls);
    }
    watch(connection, EPOLL_CTL_ADD, EPOLLIN);
  }
}

int main(int argc, char **argv) {
  const char *cert = NULL, *key = NULL;
  for (int option; (option = getopt(argc, argv, "c:k:")) != -1;) {
    if (option == 'c') cert = optarg;
    else if (option == 'k') key = optarg;
    else return 2;
  }
  for (; optind < argc; optind++) load_answer(argv[optind]);
  if (weight_sum == 0) die("no answers");
  SSL_CTX *context = cert ? tls_context(cert, key) : NULL;

  epoll_fd = epoll_create1(0);
  struct connection listener = {.fd = listen_on_loopback()}, parent = {.fd = STDIN_FILENO};
  watch(&listener, EPOLL_CTL_ADD, EPOLLIN);
  watch(&parent, EPOLL_CTL_ADD, EPOLLIN);
  for (;;) {
    struct epoll_event events[MAX_EVENTS];
    int count = epoll_wait(epoll_fd, events, MAX_EVENTS, -1);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    for (int at = 0; at < count; at++) {
      struct connection *connection = events[at].data.ptr;
      char ignored[64];
      if (connection == &listener) {
        accept_connections(listener.fd, context);
      } else if (connection == &parent) {
        if (read(parent.fd, ignored, sizeof ignored) <= 0) return 0;
      } else if (connection->rest ? send_rest(connection) : answer_requests(connection)) {
        close_connection(connection);
      }
    }
  }
}
