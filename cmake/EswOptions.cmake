# Build options, compile flags and dependencies. AUTO takes what is there, ON fails loudly, OFF leaves it out.
foreach(feature IN ITEMS HDF5 MPI CUDA OPENMP)
  set(ESW_${feature} AUTO CACHE STRING "Build with ${feature}: AUTO, ON or OFF")
  set_property(CACHE ESW_${feature} PROPERTY STRINGS AUTO ON OFF)
endforeach()
option(ESW_TESTS "Build the tests (needs Criterion)" OFF)
option(ESW_SANITIZE "Build with ASan and UBSan, findings are fatal" OFF)
option(ESW_WERROR "Warnings are errors" OFF)
option(BUILD_SHARED_LIBS "Build libedgesweep as a shared library" OFF)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_FLAGS_RELEASE "-O3 -DNDEBUG" CACHE STRING "" FORCE)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Results must not depend on the compiler: no contraction. -fno-trapping-math and -fno-math-errno only let loops
# with selects and square roots become vectors; they change no value. -ffast-math must never be added.
add_library(edgesweep_flags INTERFACE)
target_compile_options(edgesweep_flags INTERFACE
  -ffp-contract=off -fno-trapping-math -fno-math-errno -fopenmp-simd
  -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla-larger-than=1048576)
if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
  target_compile_options(edgesweep_flags INTERFACE -Wno-unknown-warning-option -Wno-pass-failed)
endif()
if(ESW_WERROR)
  target_compile_options(edgesweep_flags INTERFACE -Werror)
endif()
if(ESW_SANITIZE)
  target_compile_options(edgesweep_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  target_link_options(edgesweep_flags INTERFACE -fsanitize=address,undefined)
endif()
target_compile_definitions(edgesweep_flags INTERFACE _GNU_SOURCE)

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
