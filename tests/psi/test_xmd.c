/* test_xmd.c - psi/xmd.h against the vectors of RFC 9380 and RFC 9497. */
#include "support/test.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "psi/xmd.h"

enum { MAX = 1024 };

struct bytes {
  uint8_t at[MAX];
  size_t len;
};

static const char *text_of(const json_t *o, const char *key) {
  const char *text = json_string_value(json_object_get(o, key));
  assert_non_null(text);
  return text;
}

static struct bytes hex_of(const json_t *o, const char *key) {
  struct bytes b = {.len = 0};
  const char *text = text_of(o, key);
  assert_int_equal(sodium_hex2bin(b.at, MAX, text, strlen(text), NULL, &b.len, NULL), 0);
  return b;
}

static json_t *vectors(const char *name) {
  char path[4096];
  const char *shared = getenv("SMPC_SHARED");
  if (shared == NULL) return NULL;
  snprintf(path, sizeof path, "%s/vectors/%s", shared, name);
  return json_load_file(path, 0, NULL);
}

static void expansion_is_that_of_rfc_9380(void **state) {
  (void)state;
  json_t *all = vectors("rfc9380_expand_message_xmd_SHA512_38.json"), *v;
  struct smpi_xmd x;
  size_t i;
  if (all == NULL) skip(); /* SMPC_SHARED holds no vectors */
  const char *dst = text_of(all, "DST");
  smpi_xmd_begin(&x, dst, strlen(dst));
  assert_true(json_array_size(json_object_get(all, "tests")) >= 10);
  json_array_foreach(json_object_get(all, "tests"), i, v) {
    struct bytes want = hex_of(v, "uniform_bytes");
    const char *msg = text_of(v, "msg");
    uint8_t got[MAX];
    assert_int_equal(strtol(text_of(v, "len_in_bytes"), NULL, 0), want.len);
    smpi_xmd_expand(got, want.len, &x, msg, strlen(msg));
    assert_memory_equal(got, want.at, want.len);
  }
  json_decref(all);
}

/* Blinding and evaluation are scalar products of hashed points. */
static void points_are_those_of_rfc_9497(void **state) {
  (void)state;
  json_t *all = vectors("rfc9497_allVectors.json"), *suite, *v;
  size_t i, k, seen = 0;
  if (all == NULL) skip(); /* SMPC_SHARED holds no vectors */
  json_array_foreach(all, i, suite) {
    if (strcmp(text_of(suite, "identifier"), "ristretto255-SHA512") != 0) continue;
    if (json_integer_value(json_object_get(suite, "mode")) != 0) continue;
    struct bytes dst = hex_of(suite, "groupDST"), key = hex_of(suite, "skSm");
    struct smpi_xmd x;
    smpi_xmd_begin(&x, dst.at, dst.len);
    json_array_foreach(json_object_get(suite, "vectors"), k, v) {
      struct bytes input = hex_of(v, "Input"), blind = hex_of(v, "Blind");
      uint8_t point[SMPI_POINT_LEN];
      smpi_xmd_point(point, &x, input.at, input.len);
      assert_int_equal(crypto_scalarmult_ristretto255(point, blind.at, point), 0);
      assert_memory_equal(point, hex_of(v, "BlindedElement").at, sizeof point);
      assert_int_equal(crypto_scalarmult_ristretto255(point, key.at, point), 0);
      assert_memory_equal(point, hex_of(v, "EvaluationElement").at, sizeof point);
      seen++;
    }
  }
  assert_int_equal(seen, 2);
  json_decref(all);
}

static void tag_and_message_do_not_run_together(void **state) {
  (void)state;
  struct smpi_xmd x, y;
  uint8_t p[SMPI_POINT_LEN], q[SMPI_POINT_LEN];
  smpi_xmd_begin(&x, "tag", 3);
  smpi_xmd_begin(&y, "tagm", 4);
  smpi_xmd_point(p, &x, "message", 7);
  smpi_xmd_point(q, &y, "essage", 6);
  assert_memory_not_equal(p, q, sizeof p);
  smpi_xmd_point(q, &x, "message", 6);
  assert_memory_not_equal(p, q, sizeof p);
  smpi_xmd_point(q, &x, NULL, 0);
  assert_true(crypto_core_ristretto255_is_valid_point(q));
}

/* Longer than one hash, in every length, and each a prefix of nothing. */
static void every_length_can_be_asked_for(void **state) {
  (void)state;
  struct smpi_xmd x;
  static uint8_t out[SMPI_XMD_MAX_LEN + 1];
  smpi_xmd_begin(&x, "t", 1);
  for (size_t len = 1; len <= 130; len++) {
    out[len] = 0xa5;
    smpi_xmd_expand(out, len, &x, "m", 1);
    assert_int_equal(out[len], 0xa5);
  }
  out[SMPI_XMD_MAX_LEN] = 0xa5;
  smpi_xmd_expand(out, SMPI_XMD_MAX_LEN, &x, "m", 1);
  assert_int_equal(out[SMPI_XMD_MAX_LEN], 0xa5);
}

TEST_MAIN(T(expansion_is_that_of_rfc_9380), T(points_are_those_of_rfc_9497), T(tag_and_message_do_not_run_together),
          T(every_length_can_be_asked_for))
