using BenchmarkDotNet.Running;

// Few iterations unless the command line says otherwise; always in this process, as no project is named like its assembly.
string[] job = args.Any(argument => argument.StartsWith("--job", StringComparison.Ordinal) || argument is "-j") ? [] : ["--job", "short"];
string[] place = args.Any(argument => argument is "--inProcess" or "-i") ? [] : ["--inProcess"];
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, .. job, .. place]);
