// Counts the memory that a thread asks for, by standing in front of the C library's allocator.
#ifndef CALLOCATIONS_H
#define CALLOCATIONS_H

/// Blocks that the calling thread has asked for since it began; -1 where they cannot be counted.
long c_allocations(void);

#endif
