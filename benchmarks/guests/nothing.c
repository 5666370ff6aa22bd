// The tiny program.
int main(void) { return 0; }
