#ifndef KEYTURN_CYAML_H
#define KEYTURN_CYAML_H

#include <yaml.h>

#endif
