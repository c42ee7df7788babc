/* draw_mask.c - see draw_mask.h.  An owned row is uniform to all others, even with P-2 of them
 * together: they hold the A_j, and of the owner's own share they see nothing. */
#include "triple/draw_mask.h"

#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "rand/prg.h"

/* n words that the party of rank `owner` knows. */
static void draw_owned(struct smpc_session *s, uint64_t *a, uint64_t *plain, size_t n, unsigned owner) {
  if ((int)owner != smpi_rank(s)) {
    smpi_prg_words(smpi_prg_pair(s, smpi_member_of_rank(s, owner)), a, n);
    return;
  }
  smpi_prg_words(smpi_prg_own(s), a, n);
  memcpy(plain, a, n * sizeof *a);
  for (unsigned r = 0; r < smpi_parties(s); r++) {
    uint64_t theirs[256];
    struct smpi_prg *pair = r == owner ? NULL : smpi_prg_pair(s, smpi_member_of_rank(s, r));
    for (size_t at = 0; at < n && pair != NULL; at += 256) {
      size_t some = smpi_min(256, n - at);
      smpi_prg_words(pair, theirs, some);
      for (size_t i = 0; i < some; i++) plain[at + i] += theirs[i];
    }
    smpi_wipe(theirs, sizeof theirs);
  }
}

void smpi_draw_mask(struct smpc_session *s, shr *a, uint64_t *plain, size_t cols, const struct smpi_owners *owners) {
  size_t at = 0;
  for (unsigned i = 0; i < owners->n; i++) {
    size_t n = (size_t)owners->run[i].rows * cols;
    if (owners->run[i].rank < 0) smpi_prg_words(smpi_prg_own(s), &a->v + at, n);
    else draw_owned(s, &a->v + at, plain == NULL ? NULL : plain + at, n, (unsigned)owners->run[i].rank);
    at += n;
  }
}
