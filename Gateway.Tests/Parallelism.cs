// Fixtures that mostly wait are marked as parallel; on two cores three of them leave none idle, and none waiting for long.
[assembly: LevelOfParallelism(3)]
