/* jalka - the command line of both daemons; what it can do stands in command.c. */
#include "command.h"

int main(int argc, char **argv)
{
	return command_main(argc, argv);
}
