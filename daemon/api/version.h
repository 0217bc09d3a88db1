/* version - what jalkad says it is. */
#ifndef JALKA_API_VERSION_H
#define JALKA_API_VERSION_H

#define VERSION_TEXT "0.1.0"

#endif
