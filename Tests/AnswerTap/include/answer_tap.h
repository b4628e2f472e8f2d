#ifndef ANSWER_TAP_H
#define ANSWER_TAP_H

// Nothing to call: what is preloaded does its work by itself. See tap.c.

#endif
