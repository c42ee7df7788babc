/* test_disk_form.c - triple/disk_form.h: what is written is read back, and nothing else is. */
#include "support/test.h"

#include <string.h>

#include "support/parties.h"
#include "triple/disk_form.h"

static const uint8_t KEY[32] = {1, 2, 3}, OTHER[32] = {1, 2, 4};

static struct smpi_disk_head a_head(void) {
  struct smpi_disk_head h = {.number = 7, .made = 1764000000, .source = SMPC_OT, .frac_bits = 20, .parties = 3, .rank = 2,
                             .chunks = {1, 0, SMPI_DISK_MOST_CHUNKS, 4, 5, 6}, .name = {"north", "south", "west"}};
  memset(h.id, 0xab, sizeof h.id);
  memset(h.set, 0xcd, sizeof h.set);
  return h;
}

static void heads_come_back(void **state) {
  (void)state;
  struct smpi_disk_head h = a_head(), again;
  uint8_t bytes[SMPI_DISK_HEAD_LEN], same[SMPI_DISK_HEAD_LEN];
  smpi_disk_head_encode(bytes, &h, KEY);
  assert_int_equal(smpi_disk_head_decode(&again, bytes, sizeof bytes, KEY), SMPC_OK);
  smpi_disk_head_encode(same, &again, KEY);
  assert_memory_equal(bytes, same, sizeof bytes);
  assert_int_equal(again.chunks[2], SMPI_DISK_MOST_CHUNKS);
  assert_string_equal(again.name[2], "west");
  assert_int_equal(smpi_disk_head_decode(&again, bytes, sizeof bytes, OTHER), SMPC_E_AUTH);
  assert_int_equal(again.number, 0); /* zeroed */
}

/* Every bit, every length. */
static void altered_heads_do_not(void **state) {
  (void)state;
  struct smpi_disk_head h = a_head(), again;
  uint8_t bytes[SMPI_DISK_HEAD_LEN];
  smpi_disk_head_encode(bytes, &h, KEY);
  for (size_t i = 0; i < 8 * sizeof bytes; i++) {
    bytes[i / 8] ^= (uint8_t)(1u << i % 8);
    smpc_err err = smpi_disk_head_decode(&again, bytes, sizeof bytes, KEY);
    assert_int_equal(err, i / 8 >= 8 && i / 8 < 12 ? SMPC_E_VERSION : i / 8 >= 16 && i / 8 < 32 ? SMPC_E_AUTH : SMPC_E_FORMAT);
    bytes[i / 8] ^= (uint8_t)(1u << i % 8);
  }
  for (size_t len = 0; len < sizeof bytes; len++)
    assert_int_equal(smpi_disk_head_decode(&again, bytes, len, KEY), SMPC_E_FORMAT);
}

/* What no library wrote is refused even under the right key. */
static void impossible_heads_do_not(void **state) {
  (void)state;
  struct smpi_disk_head bad[8], again;
  uint8_t bytes[SMPI_DISK_HEAD_LEN];
  for (unsigned i = 0; i < 8; i++) bad[i] = a_head();
  bad[0].number = 0;
  bad[1].source = (smpc_source)3;
  bad[2].frac_bits = 29;
  bad[3].parties = 1;
  bad[4].parties = 17;
  bad[5].rank = 3;
  bad[6].chunks[1] = SMPI_DISK_MOST_CHUNKS + 1;
  memset(bad[7].name[1], 'x', sizeof bad[7].name[1]);
  for (unsigned i = 0; i < 8; i++) {
    smpi_disk_head_encode(bytes, &bad[i], KEY);
    assert_int_equal(smpi_disk_head_decode(&again, bytes, sizeof bytes, KEY), SMPC_E_FORMAT);
  }
}

static struct smpi_disk_entry an_entry(unsigned i) {
  struct smpi_disk_entry e = {.id = {(uint8_t)(255 - i)}, .number = 1 + i / 2, .serial = i * i, .used = {i, 2 * i}};
  return e;
}

static void books_come_back(void **state) {
  (void)state;
  static struct smpi_disk_book b, again;
  static uint8_t bytes[SMPI_DISK_BOOK_MAX + 1];
  for (unsigned i = 0; i < SMPI_DISK_ENTRIES; i++) {
    struct smpi_disk_entry e = an_entry(i * 7 % SMPI_DISK_ENTRIES); /* in no order */
    size_t len = smpi_disk_book_encode(bytes, &b, KEY);
    assert_int_equal(smpi_disk_book_decode(&again, bytes, len, KEY), SMPC_OK);
    assert_memory_equal(&again, &b, sizeof b);
    assert_int_equal(smpi_disk_book_decode(&again, bytes, len + 1, KEY), SMPC_E_FORMAT);
    assert_int_equal(smpi_disk_book_decode(&again, bytes, len - 1, KEY), SMPC_E_FORMAT);
    assert_int_equal(smpi_disk_book_decode(&again, bytes, len, OTHER), SMPC_E_FORMAT);
    assert_true(smpi_disk_insert(&b, &e));
  }
  struct smpi_disk_entry more = an_entry(3);
  assert_false(smpi_disk_insert(&b, &more));
  for (unsigned i = 1; i < b.n; i++) assert_int_equal(smpi_disk_compare(&b.entry[i - 1], &b.entry[i]), -1);
  for (unsigned i = 0; i < b.n; i++) {
    struct smpi_disk_entry e = an_entry(i);
    assert_int_equal(smpi_disk_find(&b, e.id)->serial, i * i);
  }
}

static void altered_books_do_not(void **state) {
  (void)state;
  static struct smpi_disk_book b, again;
  static uint8_t bytes[SMPI_DISK_BOOK_MAX];
  struct smpi_disk_entry e = an_entry(5);
  smpi_disk_insert(&b, &e);
  size_t len = smpi_disk_book_encode(bytes, &b, KEY);
  for (size_t i = 0; i < 8 * len; i++) {
    bytes[i / 8] ^= (uint8_t)(1u << i % 8);
    assert_int_equal(smpi_disk_book_decode(&again, bytes, len, KEY),
                     i / 8 >= 8 && i / 8 < 12 ? SMPC_E_VERSION : SMPC_E_FORMAT);
    bytes[i / 8] ^= (uint8_t)(1u << i % 8);
  }
}

static void offers_come_back_or_are_refused(void **state) {
  (void)state;
  static struct smpi_disk_offers o, again;
  static uint8_t bytes[SMPI_DISK_OFFERS_LEN];
  o.n = 2;
  o.highest = 9;
  for (unsigned i = 0; i < 2; i++) {
    o.offer[i] = (struct smpi_disk_offer){.at = an_entry(2 * i), .chunks = {5, 5}};
  }
  smpi_disk_offers_encode(bytes, &o);
  assert_int_equal(smpi_disk_offers_decode(&again, bytes), SMPC_OK);
  assert_memory_equal(&again, &o, sizeof o);
  struct smpi_disk_offers bad[6] = {o, o, o, o, o, o};
  bad[0].offer[1] = bad[0].offer[0];                /* twice     */
  bad[1].offer[0].at.used[0] = 6;                   /* overdrawn */
  bad[2].offer[0].at.number = 0;
  bad[3].offer[1].chunks[3] = SMPI_DISK_MOST_CHUNKS + 1;
  bad[4].highest = UINT64_MAX;
  bad[5].offer[1].at.number = 0;
  for (unsigned i = 0; i < 6; i++) {
    smpi_disk_offers_encode(bytes, &bad[i]);
    assert_int_equal(smpi_disk_offers_decode(&again, bytes), SMPC_E_FORMAT);
    assert_int_equal(again.n, 0);
  }
  smpi_disk_offers_encode(bytes, &o);
  bytes[sizeof bytes - 1] = 1; /* beyond the last */
  assert_int_equal(smpi_disk_offers_decode(&again, bytes), SMPC_E_FORMAT);
  static const uint64_t lengths[] = {65, UINT64_C(1) << 31, UINT64_C(1) << 32, UINT64_C(1) << 63, UINT64_MAX};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    smpi_disk_offers_encode(bytes, &o);
    for (unsigned b = 0; b < 8; b++) bytes[b] = (uint8_t)(lengths[i] >> 8 * b);
    assert_int_equal(smpi_disk_offers_decode(&again, bytes), SMPC_E_FORMAT);
  }
}

/* The set is the computing parties' keys in order, source and precision; addresses, names and who else
 * takes part do not matter. */
static void a_set_is_who_computes(void **state) {
  (void)state;
  static const unsigned roles[] = {SMPC_INPUT | SMPC_COMPUTE, SMPC_COMPUTE, SMPC_INPUT};
  const struct parties p = {.n = 3, .dealer = true, .roles = roles, .seed = 4};
  smpc_config cfg, c;
  uint8_t secret[32], set[32], other[32];
  parties_config(&cfg, secret, &p, 0);
  smpi_disk_set(set, &cfg);
  c = cfg;
  strcpy(c.member[0].name, "x");
  strcpy(c.member[1].address, "");
  c.member[2].link_key[0] ^= 1;
  c.me.id = 1;
  smpi_disk_set(other, &c);
  assert_memory_equal(set, other, 32);
  for (unsigned i = 0; i < 6; i++) {
    c = cfg;
    if (i == 0) c.frac_bits++;
    if (i == 1) c.source = SMPC_OT;
    if (i == 2) c.member[1].link_key[5] ^= 1;
    if (i == 3) c.member[3].sign_key[5] ^= 1; /* the dealer's */
    if (i == 4) c.member[2].roles |= SMPC_COMPUTE;
    if (i == 5) c.member[0] = cfg.member[1], c.member[1] = cfg.member[0];
    smpi_disk_set(other, &c);
    assert_memory_not_equal(set, other, 32);
  }
}

TEST_MAIN(T(heads_come_back), T(altered_heads_do_not), T(impossible_heads_do_not), T(books_come_back),
          T(altered_books_do_not), T(offers_come_back_or_are_refused), T(a_set_is_who_computes))
