#include "mk_isa_baseline.h"
#include "mk_recurrent_body.h"
