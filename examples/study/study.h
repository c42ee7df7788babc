/* study.h - the commands of smpc-study. */
#ifndef STUDY_H
#define STUDY_H

#include <smpc_study.h>

#include "cli.h"

/* `show`: the study in plain words, for those who must decide. */
void study_show_english(const smpc_study *st);
void study_show_chinese(const smpc_study *st);

/* "2026-11-22", in UTC. */
void study_day(char out[32], int64_t t);

/* The commented template of `new`. */
extern const char study_template[];

#endif
