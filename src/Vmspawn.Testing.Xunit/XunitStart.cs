using global::Xunit;
using Microsoft.Extensions.Logging;

namespace Vmspawn.Testing.Xunit;

/// <summary>How machines are started in tests of xUnit.</summary>
internal static class XunitStart
{
    /// <summary>With messages to the output of the test that runs, and a name that shows what the machine is for.</summary>
    public static TestStartOptions Options()
    {
        var context = TestContext.Current;
        return new TestStartOptions
        {
            Label = context.TestMethod?.MethodName ?? context.TestClass?.TestClassSimpleName,
            Machine = new VmStartOptions { LoggerFactory = new XunitLogs(context) },
        };
    }

    /// <summary>Writes messages to the output of a test, or to xUnit's diagnostic messages where no test runs.</summary>
    private sealed class XunitLogs(ITestContext context) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            var text = formatter(state, exception);
            try
            {
                if (context.TestOutputHelper is { } output)
                    output.WriteLine(text);
                else
                    context.SendDiagnosticMessage(text);
            }
            catch (InvalidOperationException)
            {
                // The test has ended; a machine may say something a moment later.
            }
        }

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
