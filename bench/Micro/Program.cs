using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using RealtimeGateway.Bench.Micro;

// In this process: nothing more is built, so the whole takes minutes, and what is measured is the build that is here.
var inProcess = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsMutator();
BenchmarkSwitcher.FromAssembly(typeof(Sample).Assembly).Run(args, DefaultConfig.Instance.AddJob(inProcess));
