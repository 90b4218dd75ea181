# Tests: one Criterion executable per esw_add_test, one ctest entry per executable.
find_package(PkgConfig REQUIRED)
pkg_check_modules(CRITERION REQUIRED IMPORTED_TARGET criterion)

# Words that mean a failure even where the exit code does not say so: Criterion runs each test in a child process and
# may count a sanitizer's report as a normal end, and it ends well when a filter leaves no test or a test skips itself.
set(ESW_TEST_FAILURE_WORDS
  "Tested: 0 " "Ran 0 tests" "runtime error" "LeakSanitizer" "AddressSanitizer" "ThreadSanitizer" "\\[SKIP\\]")

# Properties every ctest entry has, whatever runs it.
function(esw_test_properties name timeout labels)
  set_tests_properties("${name}" PROPERTIES
    TIMEOUT "${timeout}"
    LABELS "${labels}"
    FAIL_REGULAR_EXPRESSION "${ESW_TEST_FAILURE_WORDS}"
    ENVIRONMENT "ASAN_OPTIONS=detect_leaks=1:halt_on_error=1;UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1;OMP_WAIT_POLICY=passive;EDGESWEEP_DATA=${PROJECT_SOURCE_DIR}/datasets")
endfunction()

# esw_has_long_form(seconds name...)
#
# These tests do more under ESW_TEST_FULL=1, for as many seconds at most. They start before the others, so that they do not
# run alone at the end.
function(esw_has_long_form seconds)
  set_tests_properties(${ARGN} PROPERTIES TIMEOUT "${seconds}" COST 1000)
  set_property(TEST ${ARGN} APPEND PROPERTY LABELS long)
endfunction()

# esw_add_test(name sources... [LABELS label...] [TIMEOUT seconds] [LIBRARIES target...] [DEFINITIONS def...])
#
# Builds test_<name>, linked to edgesweep, which sees the public headers, host/ and tests/support/. The folder of the
# calling CMakeLists.txt (unit, oracle, ...) is always a label, so `ctest -L unit` works. The default timeout is 120 s.
function(esw_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "LABELS;LIBRARIES;DEFINITIONS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  get_filename_component(kind "${CMAKE_CURRENT_SOURCE_DIR}" NAME)
  add_executable("test_${name}" ${arg_UNPARSED_ARGUMENTS})
  target_include_directories("test_${name}" PRIVATE
    "${PROJECT_SOURCE_DIR}/host" "${PROJECT_SOURCE_DIR}/tests/support" "${PROJECT_SOURCE_DIR}")
  target_compile_definitions("test_${name}" PRIVATE
    ESW_SOURCE_DIR="${PROJECT_SOURCE_DIR}" ${arg_DEFINITIONS})
  target_link_libraries("test_${name}" PRIVATE
    edgesweep edgesweep_flags PkgConfig::JANSSON PkgConfig::CRITERION ${arg_LIBRARIES} m)
  # Criterion declares test functions through macros that trip these two.
  target_compile_options("test_${name}" PRIVATE -Wno-missing-prototypes -Wno-missing-field-initializers)
  add_test(NAME "${name}" COMMAND "test_${name}" --verbose --jobs 1)
  esw_test_properties("${name}" "${arg_TIMEOUT}" "${kind};${arg_LABELS}")
endfunction()

find_package(Python3 3.8 REQUIRED COMPONENTS Interpreter)

# esw_add_python_test(name file [LABELS label...] [TIMEOUT seconds])
#
# Registers a file of unittest cases about the built program, which they find as $EDGESWEEP_PROGRAM.
function(esw_add_python_test name file)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "TIMEOUT" "LABELS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  get_filename_component(kind "${CMAKE_CURRENT_SOURCE_DIR}" NAME)
  add_test(NAME "${name}" COMMAND Python3::Interpreter -B "${CMAKE_CURRENT_SOURCE_DIR}/${file}" --verbose)
  esw_test_properties("${name}" "${arg_TIMEOUT}" "${kind};${arg_LABELS}")
  set_property(TEST "${name}" APPEND PROPERTY ENVIRONMENT
    "EDGESWEEP_PROGRAM=$<TARGET_FILE:edgesweep_cli>" "EDGESWEEP_SOURCE=${PROJECT_SOURCE_DIR}"
    "EDGESWEEP_BUILD=${PROJECT_BINARY_DIR}" "EDGESWEEP_LIBRARY=$<TARGET_FILE:edgesweep>"
    "PYTHONPATH=${PROJECT_SOURCE_DIR}/tests/support" "CC=${CMAKE_C_COMPILER}")
endfunction()
