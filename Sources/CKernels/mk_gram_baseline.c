#include "mk_isa_baseline.h"
#include "mk_gram_body.h"
