#include "mk_isa_baseline.h"
#include "mk_conv_body.h"
