package heliograph.benchmark;

import java.nio.file.Path;

/**
 * Where things are.
 *
 * @param java the java that runs the relay, the same that runs this
 * @param jar the packaged relay
 * @param work a folder for logs and stores, on the disk that is measured
 */
record Settings(Path java, Path jar, Path work) {}
