/* soft.c - SoftSpoken transfer extension, the local halves.
 *
 * Functionality F_COT    sender S: Delta in GF(2)^128.  Gives S uniform q_i, receiver R uniform
 *                        bits b_i and t_i = q_i + b_i Delta.
 * Protocol      SoftSpokenOT [Roy22, section 3], in the F_PPRF-hybrid model (tree.h); tree i
 *               has 2^k leaves, of which S lacks number d_i (k bits of Delta):
 *     1. locally R   for each tree, leaf streams r_x: u_i = sum r_x, v_i = sum x r_x (bitwise: k
 *                    columns).  The bits are b = u_0.
 *     2. R -> S      c_i = u_i + u_0 for i = 1 ... 128/k - 1
 *     3. locally S   w_i = sum over x != d_i of (x + d_i) r_x, and adds d_i c_i
 *     4. locally     the columns v_ij are those of t, w_ij those of q; turned to rows
 * Why           w_i = v_i + d_i u_i; with c_i it is v_i + d_i u_0.
 * Security      u_i, i > 0, is masked by r of leaf d_i, which S lacks: computational in AES-128
 *               as a pseudo-random function under leaf keys (each used for one stream).
 *               Semi-honest as it stands; active.c adds the check.
 * Assumes       F_PPRF, authenticated channels.
 * Cost          128/k - 1 bits a transfer from R to S; 2^k / k AES blocks a transfer.
 * Secrets       Delta, leaves, all columns, u; the message is public to the pair.
 * Differs from  [Roy22]: x + d_i, not x, numbers S's leaves (tree.h), so nothing depends on d_i.
 */
#include "ot/soft.h"

#include <string.h>

#include "base/mem.h"

enum { RUN = SMPI_BITMAT_RUN, COLUMN = SMPI_COT_BLOCK / 8 };

void smpi_soft_receive(struct smpi_soft_receiver *r, blk *col, blk u[RUN], uint8_t *message) {
  blk ui[RUN];
  smpi_aes_fold(u, col, r->leaf, r->k, 0, r->done);
  for (size_t i = 1; i < SMPI_OT_KAPPA / r->k; i++) {
    smpi_aes_fold(ui, col + RUN * r->k * i, r->leaf + (i << r->k), r->k, 0, r->done);
    for (size_t j = 0; j < RUN; j++) ui[j] = smpi_blk_xor(ui[j], u[j]);
    memcpy(message + COLUMN * (i - 1), ui, COLUMN);
  }
  r->done++;
}

/* The k columns of a tree += its digit of Delta times c. */
static void correct(blk *col, const uint8_t *message, unsigned k, const blk *delta, size_t first) {
  blk c[RUN];
  memcpy(c, message, sizeof c);
  for (size_t b = 0; b < k; b++) {
    uint64_t bit = delta->w[(first + b) / 64] >> (first + b) % 64 & 1;
    for (size_t j = 0; j < RUN; j++) col[RUN * b + j] = smpi_blk_xor(col[RUN * b + j], smpi_blk_if(bit, c[j]));
  }
}

void smpi_soft_send(struct smpi_soft_sender *s, blk *col, const uint8_t *message) {
  blk u[RUN];
  for (size_t i = 0; i < SMPI_OT_KAPPA / s->k; i++) {
    blk *tree = col + RUN * s->k * i;
    smpi_aes_fold(u, tree, s->leaf + (i << s->k), s->k, 1, s->done);
    if (i != 0) correct(tree, message + COLUMN * (i - 1), s->k, &s->delta, s->k * i);
  }
  smpi_wipe(u, sizeof u);
  s->done++;
}
