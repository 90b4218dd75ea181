# What the interpreter says of the broken kernels of tests/simt/faults.cu. Races, and shared memory that nobody has written,
# are the race checker's; shared-past-end is the sanitizer's, as the interpreter has the shared variables of all kernels of
# a file side by side.
set(there "line [0-9]+ [a-z0-9.:]+ \\(faults\\.cu:[0-9]+\\)")
set(at "${there}: ")

fault_of_ptx(none "^no report, result 1 2 3 4")
fault_of_ptx(write-past-end "kernel write_past_end_kernel, block \\(3,0,0\\), thread 4, ${at}access of 4 bytes .*outside all global memory")
fault_of_ptx(host-pointer "kernel host_pointer_kernel, .*thread 0, ${at}.*outside all global memory")
fault_of_ptx(use-after-free "kernel add_one_kernel, .*${at}.*outside all global memory")
fault_of_ptx(misaligned-vector "kernel vector_kernel, .*thread 0, ${at}.*misaligned")
fault_of_ptx(divergent-barrier "kernel divergent_barrier_kernel, .*thread 128, ${at}divergent barrier: thread 0 waits at ${there}")
fault_of_ptx(exit-before-barrier "kernel exit_before_barrier_kernel, .*${at}barrier reached by 200 of 256 threads")
fault_of_ptx(barrier-and-shuffle "kernel barrier_and_shuffle_kernel, .*deadlock, no thread can run: .*1 threads at ${there}.*")
fault_of_ptx(shuffle-from-absent-lane "kernel shuffle_from_absent_lane_kernel, .*thread 8, .*reads lane 24, which does not take part")
fault_of_ptx(lane-outside-mask "kernel lane_outside_mask_kernel, .*thread 16, .*lane 16 is not in its own mask 0000ffff")
