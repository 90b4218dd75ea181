# Installation: program, library, headers, data, and what find_package and pkg-config need.
include(CMakePackageConfigHelpers)

install(TARGETS edgesweep_cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(TARGETS edgesweep edgesweep_flags EXPORT edgesweepTargets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/edgesweep" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/datasets/" DESTINATION "${CMAKE_INSTALL_DATADIR}/edgesweep")

# What a user of the static library must find again: the packages this build was linked to.
get_target_property(linked edgesweep LINK_LIBRARIES)
set(ESW_CONFIG_DEPENDENCIES "")
set(ESW_PC_LIBS_PRIVATE "-lm -lpthread -ldl")
if("PkgConfig::HDF5" IN_LIST linked)
  string(APPEND ESW_CONFIG_DEPENDENCIES "pkg_search_module(HDF5 REQUIRED IMPORTED_TARGET hdf5-serial hdf5)\n  ")
  string(JOIN " " hdf5_flags ${HDF5_LDFLAGS})
  string(APPEND ESW_PC_LIBS_PRIVATE " ${HDF5_HL_LIBRARY} ${hdf5_flags}")
endif()
if("OpenMP::OpenMP_C" IN_LIST linked)
  string(APPEND ESW_CONFIG_DEPENDENCIES "find_dependency(OpenMP COMPONENTS C)\n  ")
  string(APPEND ESW_PC_LIBS_PRIVATE " ${OpenMP_C_FLAGS}")
endif()

set(ESW_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/edgesweep")
install(EXPORT edgesweepTargets NAMESPACE edgesweep:: DESTINATION "${ESW_PACKAGE_DIR}")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/edgesweepConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/edgesweepConfig.cmake" INSTALL_DESTINATION "${ESW_PACKAGE_DIR}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/edgesweepConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/edgesweepConfig.cmake" "${PROJECT_BINARY_DIR}/edgesweepConfigVersion.cmake"
  DESTINATION "${ESW_PACKAGE_DIR}")

# The .pc file finds the prefix from where it lies, so that an installed tree can be moved.
file(RELATIVE_PATH ESW_PC_PREFIX "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
configure_file("${PROJECT_SOURCE_DIR}/cmake/edgesweep.pc.in" "${PROJECT_BINARY_DIR}/edgesweep.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/edgesweep.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
