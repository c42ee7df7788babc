/* driver.c - runs a fuzz target without libFuzzer: its seeds, then a bounded
 * number of deterministic mutations of them, so that a short run is part of the
 * default tests and every failure can be repeated.
 *
 * usage: fuzz_NAME SEED_FOLDER [RUNS [SECONDS]]     default 20000 runs, 20 seconds
 * A crash prints the input in hexadecimal first: it can be put among the seeds.
 *
 * To add a fuzzer:  write tests/fuzz/fuzz_NAME.c with LLVMFuzzerTestOneInput, put
 * files into tests/fuzz/seeds/NAME/, add `fuzzers += [['NAME', [], runs]]` to
 * tests/fuzz/meson.build.  With clang the same file builds for libFuzzer:
 *   clang -fsanitize=fuzzer,address ... fuzz_NAME.c */
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { MAX_SEEDS = 256, MAX_LEN = 65536 };

struct bytes {
  uint8_t *at;
  size_t len;
};
static struct bytes seeds[MAX_SEEDS];
static unsigned n_seeds;
static uint8_t input[MAX_LEN]; /* what runs now, for the report of a crash */
static volatile size_t input_len;

/* Numbers for the mutations: splitmix64, the same at every run. */
static uint64_t counter = 1;
static uint64_t next(uint64_t below) {
  uint64_t z = (counter += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return below == 0 ? 0 : (z ^ (z >> 31)) % below;
}

/* --- crashes --- */

/* Only calls that are safe within a signal handler. */
static void report(int signal_number) {
  static const char digits[] = "0123456789abcdef";
  static const char text[] = "\ncrash on the input ";
  ssize_t ignored = write(2, text, sizeof text - 1);
  for (size_t i = 0; i < input_len; i++) {
    char pair[2] = {digits[input[i] >> 4], digits[input[i] & 15]};
    ignored += write(2, pair, 2);
  }
  ignored += write(2, "\n", 1);
  (void)ignored;
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

static void watch(void) {
  static const int signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGALRM};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) signal(signals[i], report);
}

/* --- seeds --- */

static void read_seed(const char *folder, const char *name) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *in = fopen(path, "rb");
  uint8_t *at = malloc(MAX_LEN);
  if (in == NULL || at == NULL) perror(path), exit(1);
  seeds[n_seeds++] = (struct bytes){at, fread(at, 1, MAX_LEN, in)};
  fclose(in);
}

static void read_seeds(const char *folder) {
  struct dirent **names;
  int n = scandir(folder, &names, NULL, alphasort); /* sorted: the same run everywhere */
  if (n < 0) perror(folder), exit(1);
  for (int i = 0; i < n; i++) {
    if (names[i]->d_name[0] != '.' && n_seeds < MAX_SEEDS) read_seed(folder, names[i]->d_name);
    free(names[i]);
  }
  free(names);
}

/* --- mutations of `input` --- */

static void insert(size_t at, const uint8_t *bytes, size_t len) {
  size_t room = MAX_LEN - input_len;
  if (len > room) len = room;
  memmove(input + at + len, input + at, input_len - at);
  memcpy(input + at, bytes, len);
  input_len += len;
}

static void erase(size_t at, size_t len) {
  if (len > input_len - at) len = input_len - at;
  memmove(input + at, input + at + len, input_len - at - len);
  input_len -= len;
}

/* A piece of another seed, or of this one. */
static void splice(size_t at) {
  const struct bytes *s = &seeds[next(n_seeds)];
  if (s->len == 0) return;
  size_t from = next(s->len), len = 1 + next(s->len - from < 64 ? s->len - from : 64);
  insert(at, s->at + from, len > s->len - from ? s->len - from : len);
}

static void mutate(void) {
  static const uint8_t sharp[] = {0,  1,  9,  10, 13,  34,  39,  44,  45,  46, 48,
                                  57, 58, 59, 63, 127, 128, 191, 192, 239, 255};
  size_t at = next(input_len + 1);
  uint8_t byte = next(2) ? sharp[next(sizeof sharp)] : (uint8_t)next(256);
  switch (next(6)) {
  case 0:
    if (at < input_len) input[at] ^= (uint8_t)(1u << next(8));
    break;
  case 1:
    if (at < input_len) input[at] = byte;
    break;
  case 2: insert(at, &byte, 1); break;
  case 3: erase(at, 1 + next(8)); break;
  case 4: splice(at); break;
  default: erase(at, next(input_len + 1)); break;
  }
}

static void run_seed(unsigned i) {
  memcpy(input, seeds[i].at, seeds[i].len);
  input_len = seeds[i].len;
}

static void run_input(void) {
  alarm(20); /* a hang is a crash */
  /* An allocation of exactly this size: a sanitizer or valgrind sees a read past the end. */
  uint8_t *copy = malloc(input_len + (input_len == 0));
  if (copy == NULL) exit(1);
  memcpy(copy, input, input_len);
  LLVMFuzzerTestOneInput(copy, input_len);
  free(copy);
  alarm(0);
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: %s SEED_FOLDER [RUNS [SECONDS]]\n", argv[0]), 1;
  long runs = argc > 2 ? atol(argv[2]) : 20000, done = 0;
  time_t ends = time(NULL) + (argc > 3 ? atol(argv[3]) : 20);
  read_seeds(argv[1]);
  if (n_seeds == 0) return fprintf(stderr, "%s: no seeds\n", argv[1]), 1;
  watch();
  for (unsigned i = 0; i < n_seeds; i++) run_seed(i), run_input();
  for (; done < runs && time(NULL) < ends; done++) {
    run_seed((unsigned)next(n_seeds));
    for (uint64_t i = 0, n = 1 + next(8); i < n; i++) mutate();
    run_input();
  }
  printf("%u seeds and %ld mutations\n", n_seeds, done);
  return 0;
}
