/* study.h - the commands of smpc-study. */
#ifndef STUDY_H
#define STUDY_H

#include <smpc_study.h>

#include "cli.h"

/* `show`: the study at `path` in plain words, for those who must decide. */
void study_show_english(const smpc_study *st, const char *path);
void study_show_chinese(const smpc_study *st, const char *path);
/* Of an intersection: between whom, of what the keys are made, sizes. */
void study_show_sets(const smpc_study *st, const char *path, const smpc_study_question *asked, bool in_chinese);

/* "2026-11-22", in UTC. */
void study_day(char out[32], int64_t t);

/* The commented template of `new`. */
extern const char study_template[];

#endif
