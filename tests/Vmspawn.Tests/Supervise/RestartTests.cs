using Vmspawn.Linux;
using Vmspawn.Supervise;

namespace Vmspawn.Tests.Supervise;

/// <summary>A client's request to end a machine and to start it again.</summary>
public sealed class RestartTests
{
    private const string NotStarted = "the machine has ended, and was not started again";

    [Fact]
    public async Task The_guest_is_asked_to_power_off_and_the_request_is_there_at_the_end()
    {
        using var pipe = Pipe.Create();
        await using var run = new SupervisedRun();
        await run.GreetAsync();
        run.Send(new RestartAsked(Request(pipe)));
        await run.UntilAsync(() => run.Monitor.Commands.Contains("system_powerdown"));
        run.QemuExits(new ChildExit(0, null));
        await run.EndsWithinAsync(TimeSpan.FromSeconds(30));
        run.Restart!.Answer(RestartRequest.Done);
        await run.Restart.DisposeAsync();
        Assert.Equal("started", await AnswerAsync(pipe));
    }

    [Fact]
    public async Task A_forced_one_does_not_ask_the_guest_and_is_no_failure()
    {
        using var pipe = Pipe.Create();
        await using var run = new SupervisedRun();
        await run.GreetAsync();
        run.Send(new RestartAsked(Request(pipe, isForced: true)));
        await run.UntilAsync(() => run.Monitor.Commands.Contains("quit"));
        Assert.DoesNotContain("system_powerdown", run.Monitor.Commands);
        run.QemuExits(new ChildExit(0, null));
        Assert.Equal(0, (await run.EndsWithinAsync(TimeSpan.FromSeconds(30))).End.Status);
        Assert.NotNull(run.Restart);
        await run.Restart.DisposeAsync();
    }

    public static TheoryData<string> Others => ["a signal", "a client's poweroff", "a client's terminate", "a failure"];

    [Theory, MemberData(nameof(Others))]
    public async Task Another_request_for_the_end_revokes_it(string other)
    {
        using var pipe = Pipe.Create();
        await using var run = new SupervisedRun();
        await run.GreetAsync();
        run.Send(new RestartAsked(Request(pipe)));
        run.Send(other switch
        {
            "a signal" => new StopAsked("SIGTERM", run.Time.GetTimestamp()),
            "a client's poweroff" => new PowerOffAsked(),
            "a client's terminate" => new KillAsked("a client"),
            _ => new MachineFailed("it is broken"),
        });
        Assert.Equal(NotStarted, await AnswerAsync(pipe));
        Assert.Null(run.Restart);
    }

    [Fact]
    public async Task A_machine_that_is_ending_is_not_started_again()
    {
        using var pipe = Pipe.Create();
        await using var run = new SupervisedRun();
        await run.GreetAsync();
        run.SendSignal();
        run.Send(new RestartAsked(Request(pipe)));
        Assert.Equal(NotStarted, await AnswerAsync(pipe));
        Assert.Null(run.Restart);
    }

    [Fact]
    public async Task What_was_kept_for_a_second_start_that_does_not_come_is_disposed()
    {
        using var pipe = Pipe.Create();
        var kept = new MemoryStream();
        await using (var request = Request(pipe))
            request.Keep(kept);
        Assert.False(kept.CanRead);
        Assert.Equal(NotStarted, await AnswerAsync(pipe));
    }

    private static RestartRequest Request(Pipe pipe, bool isForced = false) => new(isForced, pipe.WriteEnd);

    private static async Task<string> AnswerAsync(Pipe pipe)
    {
        using var reader = new StreamReader(new DescriptorStream(OpenFile.Duplicate(pipe.ReadEnd)));
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }
}
