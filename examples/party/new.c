/* new.c - smpc-party new: templates that explain themselves. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "party.h"
#include "question_template.h"

/* %s: the party's name, its key file. */
static const char party_template[] =
    "# party.yaml - this party's own configuration; it stays here.  smpc-party.yaml(5) has all.\n"
    "\n"
    "party: %-19s  # my name in parties.yaml\n"
    "key: %-21s  # my secret key: made by `smpc-party keygen`, shown to nobody\n"
    "parties: parties.yaml       # who takes part\n"
    "listen: tcp://0.0.0.0:7700  # where I wait for the others; leave it out to wait at my address\n"
    "timeout: 30 s               # a party that is silent for so long is given up\n"
    "wait: 5 min                 # how long to wait for the others to start\n"
    "\n"
    "# What my share may be opened for: the `purpose:` of each question that I agree to.\n"
    "# Anything else is refused here, whatever the others do.  `[any]` would allow all.\n"
    "purposes:\n"
    "  - Cohort sizes for the pilot report\n"
    "\n"
    "# My rows; leave it out at a party without data.\n"
    "data:\n"
    "  file: data.csv            # CSV, or an SQLite database\n"
    "  header: yes               # (CSV only) the first line has the names of the columns\n"
    "  encoding: UTF-8           # (CSV only) or GB18030\n"
    "  missing: [\"\", \"?\", \"NA\"]  # (CSV only) what stands for a missing value\n"
    "  columns:                  # (CSV only) columns that are not named here are text\n"
    "    - {name: age, type: number}\n"
    "    - {name: sex, type: number}\n"
    "    - {name: disease, type: number}\n"
    "  # My own schema to the agreed columns:\n"
    "  # view: SELECT age_years AS age, sex, num AS disease FROM data\n";

static const char parties_template[] =
    "# parties.yaml - who takes part; the same at all parties.  smpc-parties.yaml(5) has all.\n"
    "# A difference between two parties' files is found before any share leaves.\n"
    "\n"
    "security: semi-honest       # parties follow the protocol, but may pool what they see\n"
    "# preprocessing: ot         # or dealer, which is faster: one further party that sees no data\n"
    "                            # and must not collude with any other; dealer where one is named below\n"
    "fraction bits: 20           # of fixed-point values\n"
    "\n"
    "# Below `parties:`, one entry for each, from its own `smpc-party show`, checked by\n"
    "# reading the fingerprint over the telephone.  roles: any of input (has data), compute\n"
    "# (2 to 16 of them), result (may get results); or dealer alone.  A party without an\n"
    "# address (behind NAT) dials all others; one such party is allowed.  For example:\n"
    "#\n"
    "#  - name: north\n"
    "#    address: tcp://north.example.org:7700\n"
    "#    key: smpc1_...\n"
    "#    roles: [input, compute, result]\n"
    "parties:\n";

static enum cli_exit fault(const char *path) {
  int why = errno;
  cli_error("%s: %s", path, why == EEXIST ? "exists already; it is not overwritten" : strerror(why));
  return why == EEXIST || why == ENOENT || why == ENOTDIR || why == EACCES ? CLI_INPUT : CLI_MACHINE;
}

static enum cli_exit write_new(const char *dir, const char *file, const char *text) {
  char path[4096];
  if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, file) >= sizeof path) return errno = ENAMETOOLONG, fault(dir);
  FILE *out = fopen(path, "wx");
  if (out == NULL) return fault(path);
  fputs(text, out);
  if (fclose(out) == 0) return CLI_DONE;
  enum cli_exit code = fault(path);
  unlink(path);
  return code;
}

/* A name for the template: what was given, or DIR's last part where that is plain. */
static const char *choose_name(const char *dir, const char *name) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  const char *slash = strrchr(dir, '/');
  if (name == NULL) name = slash == NULL ? dir : slash + 1;
  bool is_plain = name[0] != 0 && strchr("-_.", name[0]) == NULL && name[strspn(name, letters)] == 0;
  return is_plain && strlen(name) < sizeof ((smpc_member *)0)->name ? name : "my-name";
}

enum cli_exit party_new(const char *dir, const char *name) {
  char *own = NULL;
  const char *chosen = choose_name(dir, name);
  if (name != NULL && chosen != name) {
    cli_error("--name: letters a-z, digits, - _ . only");
    return CLI_USAGE;
  }
  if (mkdir(dir, 0700) != 0 && errno != EEXIST) return fault(dir);
  char key[sizeof ((smpc_member *)0)->name + sizeof ".key"];
  snprintf(key, sizeof key, "%s.key", chosen);
  if (asprintf(&own, party_template, chosen, key) < 0) return fault(dir);
  enum cli_exit code = write_new(dir, "party.yaml", own);
  if (code == CLI_DONE) code = write_new(dir, "parties.yaml", parties_template);
  if (code == CLI_DONE) code = write_new(dir, "question.yaml", question_template);
  free(own);
  if (code == CLI_DONE)
    printf("Wrote party.yaml, parties.yaml and question.yaml to %s, for the party %s.  Next, there:\n"
           "  smpc-party keygen    make my key\n"
           "  smpc-party show      print my entry for parties.yaml\n"
           "  smpc-party check     try the links\n", dir, chosen);
  return code;
}
