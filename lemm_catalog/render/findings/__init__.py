"""Problems of files, in the formats that people and their tools read."""
