#include "mk_isa_baseline.h"
#include "mk_attention_body.h"
