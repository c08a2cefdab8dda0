// A signature drawn with a finger, a pen or a mouse. It is kept as a PNG in a hidden field of its form.

const canvas = document.querySelector("canvas[data-signature]");
const field = document.querySelector("input[name=signature]");
const pen = canvas.getContext("2d");
const WIDTH = 800;
const HEIGHT = 240;

canvas.width = WIDTH;
canvas.height = HEIGHT;
pen.lineWidth = 4;
pen.lineCap = "round";
pen.lineJoin = "round";
if (field.value) restore(field.value);
document.querySelector("[data-clear-signature]").addEventListener("click", clear);
canvas.addEventListener("pointerdown", begin);

function begin(event) {
  if (!event.isPrimary) return;
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  pen.beginPath();
  pen.moveTo(...place(event));
  const move = (moved) => {
    pen.lineTo(...place(moved));
    pen.stroke();
  };
  const end = () => {
    canvas.removeEventListener("pointermove", move);
    field.value = canvas.toDataURL("image/png");
  };
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", end, { once: true });
  canvas.addEventListener("pointercancel", end, { once: true });
}

function place(event) {
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT];
}

function clear() {
  pen.clearRect(0, 0, WIDTH, HEIGHT);
  field.value = "";
}

function restore(picture) {
  const image = new Image();
  image.addEventListener("load", () => pen.drawImage(image, 0, 0));
  image.src = picture;
}
