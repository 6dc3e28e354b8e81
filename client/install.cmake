# `cmake --install BUILD --component library`: the public headers, the static libraries, and what find_package(palabre)
# reads. A program includes "client/client.hpp", as the sources here do.
set(config_directory ${CMAKE_INSTALL_LIBDIR}/cmake/palabre)

target_compile_features(palabre_schema PUBLIC cxx_std_20)
set_target_properties(palabre_schema PROPERTIES EXPORT_NAME schema)
set_target_properties(palabre_client PROPERTIES EXPORT_NAME client)
install(TARGETS palabre_schema palabre_client EXPORT palabreTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
install(EXPORT palabreTargets NAMESPACE palabre:: DESTINATION ${config_directory} COMPONENT library)

install(FILES client.hpp display_gate.hpp events.hpp identity.hpp texts_digest.hpp visible_text.hpp
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/palabre/client COMPONENT library)
set(schema_headers frames ids keys limits messages notice refusal result roles room_names text texts)
list(TRANSFORM schema_headers REPLACE "(.+)" "${CMAKE_SOURCE_DIR}/schema/\\1.hpp")
install(FILES ${schema_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/palabre/schema COMPONENT library)

configure_package_config_file(palabreConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/palabreConfig.cmake
                              INSTALL_DESTINATION ${config_directory})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/palabreConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/palabreConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/palabreConfigVersion.cmake
        DESTINATION ${config_directory} COMPONENT library)
