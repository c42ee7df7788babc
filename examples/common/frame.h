/* frame.h - the frame of the programs that compute a question together: smpc-cohort-count, smpc-describe,
 * smpc-logistic-regression and smpc-psi.
 *
 * What they do alike stands here, in this order: options, question and configuration; what the
 * study says of the result; own rows; then a dry run, or a session, or the words of a result that
 * was held or given before; the report.  What is a program's own it says by a struct program.
 * Nothing is written unless all of it succeeds. */
#ifndef FRAME_H
#define FRAME_H

#include <smpc_study.h>

#include "cli.h"
#include "cohort.h"
#include "data.h"
#include "joint.h"

struct frame;

struct program {
  const char *doc;          /* of --help                                                   */
  const struct argp *more;  /* its own options, whose input is the frame; NULL: cli_result */
  const char *none;         /* "no model": how its refusals begin                          */
  bool all_learn;           /* all parties are told whether its rules hold                 */
  unsigned n_openings;
  opening_fn opening;
  /* Read the question, and set f->question.  False: text says what is wrong, and where. */
  bool (*load)(struct frame *f, const char *path, char *text, size_t text_len);
  /* Why it cannot be asked under what a study says of it; NULL: it can. */
  const char *(*refuses)(const struct frame *f, const smpc_study_question *q);
  /* Names into parties; what can be refused before anybody is asked, with a message. */
  enum cli_exit (*resolve)(struct frame *f);
  /* Room for all that is read and computed, joint->words too. */
  enum cli_exit (*prepare)(struct frame *f);
  /* What this party puts in, and joint->rows. */
  enum cli_exit (*read_own)(struct frame *f);
  smpc_program_fn run;      /* the joint computation, of a struct joint; sets its err      */
  void (*decode)(struct joint *j); /* joint->words, which were not opened by `run`, into what is reported */
  void (*plan)(FILE *out, const struct frame *f, const smpc_cost *cost);
  enum cli_exit (*report)(FILE *out, struct frame *f);
  enum cli_exit (*alone)(FILE *out, struct frame *f); /* instead of a session, where f->is_alone */
  void (*free)(struct frame *f);
};

struct frame {
  const struct program *program;
  void *own;                /* the program's                                               */
  struct joint *joint;      /* its job's                                                   */
  struct cli_options options;
  smpc_config cfg;
  const struct question *question;
  smpc_study *study;        /* NULL: an unsigned question                                  */
  unsigned asked;           /* which of its questions                                      */
  struct cohort cohort;     /* my rows, where the study asks                               */
  bool is_complete;         /* only complete cases are among them                          */
  bool is_alone;            /* no session                                                  */
  bool plan_reads;          /* a dry run needs own rows                                    */
  bool is_foreseen;         /* what it takes is known before, and made before              */
};

/* A program's main(). */
int frame_main(struct frame *f, int argc, char **argv);

/* --- for the programs ------------------------------------------------------------ */
bool frame_is_mine(const struct frame *f, smpc_who who); /* am I one of them? */
/* Say "FILE: text" of the question's file, or what data.h found; the exit code. */
enum cli_exit frame_refuse(const struct frame *f, enum cli_exit code, const char *text);
enum cli_exit frame_data(int code, const struct data_fault *fault);
enum cli_exit frame_no_memory(void);
/* question_resolve() into joint->roles. */
enum cli_exit frame_roles(struct frame *f);
/* Open my data, as party.yaml and --data say; as in data.h. */
int frame_open_data(struct data **d, const struct frame *f, struct data_fault *fault);
/* Read the complete cases of the question from them, note so, and set joint->rows. */
enum cli_exit frame_read_rows(struct data_rows *rows, struct frame *f);

#endif
