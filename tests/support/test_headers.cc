// Empty: the headers that every test includes are compiled for it (cmake/PrecompiledHeaders.cmake).
