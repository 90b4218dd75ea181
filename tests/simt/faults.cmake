# Which build reports which fault of faults.cu, and in which words. `all` of them where the layer itself notices.
set(all fast asan race)
set(here "faults\\.cu:[0-9]+")

fault_is_reported(none "${all}" "^no report, result 1 2 3 4")

# Memory
fault_is_reported(write-past-end asan "kernel write_past_end_kernel, block \\(3,0,0\\), thread 4.*heap-buffer-overflow.*${here}")
fault_is_reported(write-past-end race "kernel write_past_end_kernel, block \\(3,0,0\\), thread 4: stray write .* at ${here}")
fault_is_reported(shared-unwritten race "kernel shared_unwritten_kernel, .*shared memory that this block has not written.* at ${here}")
fault_is_reported(host-pointer race "kernel host_pointer_kernel, .*thread 0: stray read .* at ${here}")
fault_is_reported(use-after-free asan "kernel add_one_kernel, .*heap-use-after-free.*${here}")
fault_is_reported(use-after-free race "kernel add_one_kernel, .*stray (read|write) .* at ${here}")
fault_is_reported(host-reads-device asan "simt: host: AddressSanitizer.*use-after-poison.*${here}")
fault_is_reported(copy-too-long "${all}" "simt: host, .*${here}: copy destination: .* is not inside one live device allocation")
fault_is_reported(copy-wrong-kind "${all}" "simt: host, .*${here}: copy source: .* is not inside one live device allocation")
fault_is_reported(double-free "${all}" "simt: host: cudaFree: .* is freed already")
fault_is_reported(host-changes-copy "${all}" "simt: host, .*${here}: the host changed the pinned memory that this copy reads")
fault_is_reported(host-reads-before-copy asan "simt: host: AddressSanitizer.*use-after-poison.*${here}")
fault_is_reported(leak "${all}" "simt: host, .*${here}: leak: 100 bytes of device memory")

# Faults from outside: what a program without any does under ESW_SIMT_FAIL
fault_is_injected("cudaMalloc:1" "cudaErrorMemoryAllocation")
fault_is_injected("launch:1" "cudaErrorLaunchFailure")
fault_is_injected("kernel:1=cudaErrorIllegalAddress" "cudaErrorIllegalAddress")
fault_is_injected("any:4=cudaErrorECCUncorrectable" "cudaErrorECCUncorrectable")
fault_is_injected("cudaMemcpy:7" "the injected error of cudaMemcpy was not met: 5 calls are missing")
fault_is_injected("cudaMalloc" "'cudaMalloc' is not NAME:NTH or NAME:NTH=ERROR")

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # clang has no red zones in named sections and does not check such copies
  fault_is_reported(shared-past-end asan "kernel shared_past_end_kernel, block \\(0,0,0\\), thread 63: [A-Za-z]+Sanitizer found.*${here}")
  fault_is_reported(misaligned-vector asan "kernel vector_kernel, .*thread 0.*${here}:.*misaligned address")
endif()

# Arithmetic that C++ does not define
fault_is_reported(signed-overflow asan "kernel signed_overflow_kernel, .*thread 0.*${here}:.*signed integer overflow")
fault_is_reported(float-to-int-overflow asan "kernel float_to_int_kernel, .*thread 0.*${here}:.*outside the range of representable values of type 'int'")

# Barriers and warps
fault_is_reported(divergent-barrier "${all}" "kernel divergent_barrier_kernel, .*${here}: divergent barrier: thread 0 waits here, thread 128 at .*${here}")
fault_is_reported(exit-before-barrier "${all}" "kernel exit_before_barrier_kernel, .*${here}: barrier reached by 200 of 256 threads")
fault_is_reported(barrier-and-shuffle "${all}" "kernel barrier_and_shuffle_kernel, .*deadlock.*1 threads \\(first 5\\) at the barrier.*31 threads \\(first 0\\) at the warp operation")
fault_is_reported(shuffle-from-absent-lane "${all}" "kernel shuffle_from_absent_lane_kernel, .*${here}: shuffle: thread 8 reads lane 24, which does not take part")
fault_is_reported(lane-outside-mask "${all}" "kernel lane_outside_mask_kernel, .*thread 16, .*${here}: lane 16 is not in its own mask 0000ffff")

# Races
fault_is_reported(missing-barrier race "kernel missing_barrier_kernel, .*race in shared memory .* at ${here} and .* at ${here}")
fault_is_reported(warp-synchronous race "kernel warp_synchronous_kernel, .*race in shared memory .* at ${here}")
fault_is_reported(race-between-blocks race "kernel race_between_blocks_kernel, .*race in global memory at byte 0: .* by block 0 thread 0 at ${here} and .* by block 1 thread 0")
fault_is_reported(unguarded-counter race "kernel unguarded_counter_kernel, .*race in shared memory")
fault_is_reported(half-atomic-counter race "kernel half_atomic_counter_kernel, .*race in shared memory .*atomic write")
