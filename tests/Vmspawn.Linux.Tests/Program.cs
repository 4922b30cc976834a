using Vmspawn.Linux;
using Vmspawn.Linux.Tests;
using Xunit.MicrosoftTestingPlatform;

// Some tests start this very executable as a child.
return ParentDeath.TryRunTrampoline(args, out var exitCode) ? exitCode
    : ChildPrograms.TryRun(args, out exitCode) ? exitCode
    : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
