// The umbrella header that SwiftPM turns into the module CKernels.
#include "mk.h"
