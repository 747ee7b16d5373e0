include(CMakePackageConfigHelpers)

install(TARGETS regio regio_static EXPORT regioTargets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT regioTargets NAMESPACE regio:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/regio)
configure_package_config_file(cmake/regio-config.cmake.in "${PROJECT_BINARY_DIR}/regio-config.cmake"
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/regio)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/regio-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/regio-config.cmake" "${PROJECT_BINARY_DIR}/regio-config-version.cmake"
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/regio)
file(RELATIVE_PATH REGIO_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file(cmake/regio.pc.in "${PROJECT_BINARY_DIR}/regio.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/regio.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
