// lookup NAME COUNT: times getaddrinfo, each in a new process, as the first look-up of a short-lived client is:
// a resolver that stays alive would keep its socket and so its source port.
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void look_up(const char *name) {
  struct timespec start, end;
  struct addrinfo hints = {0}, *found;
  hints.ai_socktype = SOCK_STREAM;
  clock_gettime(CLOCK_MONOTONIC, &start);
  int error = getaddrinfo(name, "80", &hints, &found);
  clock_gettime(CLOCK_MONOTONIC, &end);
  double ms = (end.tv_sec - start.tv_sec) * 1e3 + (end.tv_nsec - start.tv_nsec) / 1e6;
  printf("%.1f %s\n", ms, error ? gai_strerror(error) : "ok");
  fflush(stdout);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: %s NAME COUNT\n", argv[0]);
    return 2;
  }
  for (int left = atoi(argv[2]); left > 0; left--) {
    if (fork() == 0) {
      look_up(argv[1]);
      _exit(0);
    }
    wait(0);
  }
  return 0;
}
